#!/usr/bin/env python3
"""Nothing that is needed to build names a package registry or a folder of one machine: packages
are named, and where they come from is the machine's own setting. Exit code 1 on any violation.

    addresses.py [ROOT]
"""

import pathlib
import re
import subprocess
import sys

from report import report

# In pieces, so that this file does not hold what it looks for.
HOSTS = ("npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com", "npmmirror" + ".com",
         "deb.debian" + ".org", "pypi" + ".org", "pythonhosted" + ".org", "crates" + ".io",
         "golang" + ".org", "jfrog" + ".io", "unpkg" + ".com", "jsdelivr" + ".net",
         "raw.githubusercontent" + ".com", "nodesource" + ".com", "conan" + ".io")
WORDS = re.compile("|".join([re.escape(host) for host in HOSTS] +
                            [r"/work/" + r"(shared|main)\b", r'"resolved"' + r'\s*:\s*"https?:',
                             r"\bFetchContent_" + r"Declare\b", r"\bExternalProject_" + r"Add\b"]))


def files(root):
    """What git would carry to another machine; every file where there is no git."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [root / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in root.rglob("*") if path.is_file()]


def violations(root):
    for path in sorted(files(root)):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = WORDS.search(line)
            if found:
                yield f"{path.relative_to(root)}:{number}: {found.group(0)}"


if __name__ == "__main__":
    sys.exit(report(violations))
