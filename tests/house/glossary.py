#!/usr/bin/env python3
"""Every type that a public header of a (pure) folder of layers.txt names for others stands in the
table of types of docs/glossary.md with its folder, and nothing else does: one word, one thing.
Prints each that is missing or is not there any more; exit code 1 if there is one.

    glossary.py [ROOT]
"""

import pathlib
import re
import sys

from layers import parse_layers, row_of
from report import report
from sizes import blanked

HEADING = "## Types of the pure folders"
ROW = re.compile(r"^\| `(\w+)` \| `([\w/]+)` \| (\S.*) \|$", re.M)
TYPE = re.compile(r"^\s*(?:template\s*<.*>\s*(?:requires[^{]*)?)?(?:class|struct|enum\s+class|enum|concept)\s+"
                  r"(\w+)\s*(?:final\s*)?(?::[^:].*|=.*)?$", re.S)
ALIAS = re.compile(r"^\s*using\s+(\w+)\s*=", re.S)


def types(text):
    """Names of the types that stand in a namespace, not in a class, of a header."""
    code = re.sub(r"^\s*#[^\n]*$", "", blanked(text), flags=re.M)
    namespaces = []
    start = 0
    for at, c in enumerate(code):
        if c in ";{":
            statement = code[start:at].strip()
            start = at + 1
            if all(namespaces):
                found = (TYPE.match(statement) if c == "{" else None) or ALIAS.match(statement)
                if found:
                    yield found.group(1)
            if c == "{":
                namespaces.append(bool(re.match(r"(inline\s+)?namespace\b", statement)))
        elif c == "}":
            if namespaces:
                namespaces.pop()
            start = at + 1


def declared(root):
    """(name, folder) of each such type."""
    rows, pure = parse_layers((root / "layers.txt").read_text())
    for path in sorted((root / "src").rglob("*.h")):
        folder = row_of(rows, path.parent.relative_to(root / "src").as_posix())
        if folder in pure and not path.name.endswith("_test_kit.h"):
            for name in types(path.read_text()):
                yield name, folder


def violations(root):
    text = (root / "docs/glossary.md").read_text()
    table = text.partition(HEADING)[2]
    if not table:
        yield f"docs/glossary.md: there is no '{HEADING}'"
    listed = {(name, folder) for name, folder, _ in ROW.findall(table)}
    there = set(declared(root))
    for name, folder in sorted(there - listed):
        yield f"docs/glossary.md: the type {name} of {folder} is not in it"
    for name, folder in sorted(listed - there):
        yield f"docs/glossary.md: {folder} has no type {name} in a public header"


if __name__ == "__main__":
    sys.exit(report(violations))
