#!/usr/bin/env python3
"""Files and functions stay small: a header at most 300 lines, a source 600, a function 70, a
TypeScript file 300. tests/size_exceptions.txt holds what may be larger, one a line:

    PATH LINES REASON             or             PATH:FUNCTION LINES REASON

The list may only shrink: a line that allows more than is there fails, too. Exit code 1 on any
violation.

    sizes.py [ROOT]
"""

import pathlib
import re
import sys

from report import report

FILE_LINES = {".h": 300, ".cc": 600, ".ts": 300, ".tsx": 300, ".mjs": 300}
FUNCTION_LINES = 70
SKIPPED = {"node_modules", "dist", "gen", "build"}
FOLDERS = ("src", "web", "tests", "fuzz")

LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'', re.S)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
NAME = re.compile(r"([~\w:]+|operator\s*\S+)\s*\($")


def blanked(text):
    """Comments and literals without what is in them, and with their line breaks."""
    # A digit before the quote is a digit separator, not the start of a character.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)
    return LITERAL.sub(lambda m: "\n" * m.group(0).count("\n"), text)


def head_is_function(head):
    head = re.sub(r"\[\[.*?\]\]", "", head)
    head = re.sub(r"^\s*#[^\n]*$", "", head, flags=re.M)
    return "(" in head and not CONTAINER.search(head.split("(")[0]) and "=" not in head.split("(")[0]


def functions(text):
    """(name, first line, lines) of each function defined at the level of a namespace or a class."""
    code = blanked(text)
    scopes = []  # True for what holds functions, False for a body.
    head_start = 0
    line = 1
    for at, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c == ";" and all(scopes):
            head_start = at + 1
        elif c == "{":
            head = code[head_start:at]
            outside = all(scopes)
            if outside and head_is_function(head):
                # "a{b}" in a constructor's list of members comes before the body.
                name = NAME.search(head[:head.index("(") + 1])
                first = line - head.strip("\n ").count("\n")
                scopes.append(False)
                opened = (name.group(1) if name else "?", first, len(scopes))
                if len(scopes) - sum(scopes) == 1:
                    current = opened
            else:
                scopes.append(outside)
            if all(scopes):
                head_start = at + 1
        elif c == "}" and scopes:
            body = not scopes.pop()
            if body and all(scopes):
                rest = code[at + 1:].lstrip()
                # A member's braces in a constructor's list; the body is still to come.
                if not rest.startswith((",", "{")):
                    yield current[0], current[1], line - current[1] + 1
                    head_start = at + 1
            elif all(scopes):
                head_start = at + 1


def sizes(root):
    """Name -> (lines, limit) of everything that is larger than its limit."""
    found = {}
    present = set()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in FILE_LINES or SKIPPED & set(path.relative_to(root).parts):
                continue
            name = path.relative_to(root).as_posix()
            text = path.read_text()
            present.add(name)
            lines = text.count("\n")
            if lines > FILE_LINES[path.suffix]:
                found[name] = (lines, FILE_LINES[path.suffix])
            if path.suffix in (".h", ".cc"):
                for function, _, length in functions(text):
                    if length > FUNCTION_LINES:
                        found[f"{name}:{function}"] = (length, FUNCTION_LINES)
    return found


def exceptions(root):
    file = root / "tests" / "size_exceptions.txt"
    allowed = {}
    for line in file.read_text().splitlines() if file.is_file() else []:
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(maxsplit=2)
        if len(words) < 3 or not words[1].isdigit():
            raise SystemExit(f"{file.name}: no PATH LINES REASON: {line}")
        allowed[words[0]] = int(words[1])
    return allowed


def violations(root):
    found = sizes(root)
    allowed = exceptions(root)
    for name, (lines, limit) in sorted(found.items()):
        if name not in allowed:
            yield f"{name}: {lines} lines, at most {limit}"
        elif lines > allowed[name]:
            yield f"{name}: {lines} lines; its exception allows {allowed[name]}"
        elif lines < allowed[name]:
            yield f"{name}: has shrunk to {lines} lines; lower its exception from {allowed[name]}"
    for name in sorted(set(allowed) - set(found)):
        yield f"{name}: needs no exception any more; take it out of the list"


if __name__ == "__main__":
    sys.exit(report(violations))
