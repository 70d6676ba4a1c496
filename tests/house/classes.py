#!/usr/bin/env python3
"""A class has at most 40 member functions: one with more has several duties. tests/class_exceptions.txt
holds those that may have more, one a line:

    PATH:CLASS FUNCTIONS REASON

The list may only shrink: a line that allows more than is there fails, too. Constructors, destructors
and what is `= default` or `= delete` do not count. Exit code 1 on any violation.

    classes.py [ROOT]
"""

import pathlib
import re
import sys

from report import report
from sizes import blanked

FUNCTIONS = 40
CLASS = re.compile(r"\b(?:class|struct)\s+(?:\[\[.*?\]\]\s*)?([\w:]+)\s*(?:final\s*)?(?::[^;{]*)?$")
FUNCTION = re.compile(r"([~\w]+|operator\s*[^\s(]+|operator\(\))\s*\($")


def is_function(statement, name):
    """Whether a statement of a class's body declares or begins a function that counts."""
    head = re.sub(r"\[\[.*?\]\]", "", statement)
    head = re.sub(r"\b(public|private|protected)\s*:(?!:)", "", head).strip()
    head = re.sub(r"^template\s*<.*?>\s*(requires\b.*?\)\s*)?", "", head, flags=re.S)
    if "(" not in head or re.match(r"(using|friend|static_assert|typedef|return)\b", head):
        return False
    before = head[:head.index("(") + 1]
    if "=" in before and "operator" not in before:
        return False
    if re.search(r"=\s*(default|delete)\s*$", head):
        return False
    found = FUNCTION.search(before)
    if not found:
        return False
    called = found.group(1)
    # A type stands before the name of a function, and none before a constructor's.
    return called not in (name, "~" + name) and bool(re.search(r"[\w>&*\]]\s", before[:found.start(1)] + " "))


def classes(text):
    """(name, functions) of each class that is defined in `text`."""
    code = re.sub(r"^\s*#[^\n]*$", "", blanked(text), flags=re.M)
    scopes = []  # [name, functions] of a class, None of any other braces.
    start = 0
    for at, c in enumerate(code):
        if c in ";{":
            statement = code[start:at]
            inside = scopes[-1] if scopes else None
            found = CLASS.search(statement.strip()) if c == "{" else None
            if inside and not found and is_function(statement, inside[0].split("::")[-1]):
                inside[1] += 1
            if c == "{":
                scopes.append([found.group(1), 0] if found and "enum" not in statement else None)
            start = at + 1
        elif c == "}":
            ended = scopes.pop() if scopes else None
            if ended:
                yield ended[0], ended[1]
            start = at + 1


def exceptions(root):
    path = root / "tests/class_exceptions.txt"
    if not path.is_file():
        return {}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {line.split()[0]: int(line.split()[1]) for line in lines}


def violations(root):
    allowed = exceptions(root)
    for path in sorted(p for p in (root / "src").rglob("*") if p.suffix in (".h", ".cc")):
        for name, count in classes(path.read_text()):
            where = f"{path.relative_to(root).as_posix()}:{name}"
            most = allowed.pop(where, FUNCTIONS)
            if count > most:
                yield f"{where}: {count} member functions, at most {most}"
            elif most > FUNCTIONS and count < most:
                yield f"tests/class_exceptions.txt: {where} allows {most}, it has {count}"
    for where in allowed:
        yield f"tests/class_exceptions.txt: {where} is not there"


if __name__ == "__main__":
    sys.exit(report(violations))
