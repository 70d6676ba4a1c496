"""What the checks of the house have in common: where they look and how they tell."""
import pathlib
import sys


def report(violations):
    """Prints what `violations(root)` yields; the exit code. The root may be given as an argument."""
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parents[2]
    found = list(violations(root))
    for line in found:
        print(line)
    return 1 if found else 0
