#!/usr/bin/env python3
"""Compares every #include "x/y.h" under src/ with layers.txt, and looks for clocks, threads,
randomness and system calls in the rows marked (pure). Prints each violation; exit code 1 if there is one.

    layers.py [ROOT]
"""

import pathlib
import re
import sys

from report import report

# The row of what test files may include beside their folder's own row.
TESTS = "tests"
PURE = "(pure)"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/', re.S)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')

PURE_HEADERS = re.compile(
    r"^(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|"
    r"random|fstream|iostream|filesystem|ctime|time\.h|unistd\.h|fcntl\.h|poll\.h|pthread\.h|"
    r"sys/.*|net/.*|netinet/.*|arpa/.*|sodium/randombytes\.h|boost/asio.*)$")
PURE_WORDS = {
    "reads a clock": re.compile(r"\b\w+_clock\b|::now\s*\(|(?<![\w.>])now\s*\(\s*\)"),
    "draws random numbers": re.compile(r"\brandom_device\b|\brandombytes\w*|\bgetrandom\b|\brand\s*\("),
    "owns a thread": re.compile(r"\bstd::(thread|jthread|async)\b"),
}


def parse_layers(text):
    """Folder -> the rows that it may include, None for all; and the folders marked (pure)."""
    rows = {}
    pure = set()
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, _, allowed = line.partition(":")
        names = set(allowed.split())
        name, _, mark = folder.strip().partition(" ")
        rows[name] = None if "*" in names else names
        if mark == PURE:
            pure.add(name)
        elif mark:
            raise ValueError(f"layers.txt: {name} is marked {mark}; the only mark is {PURE}")
    return rows, pure


def row_of(rows, folder):
    """The longest row that is `folder` or lies above it."""
    parts = folder.split("/")
    for count in range(len(parts), 0, -1):
        if "/".join(parts[:count]) in rows:
            return "/".join(parts[:count])
    return None


def check_includes(root, rows, path, text):
    folder = path.parent.relative_to(root / "src").as_posix()
    mine = row_of(rows, folder)
    if mine is None:
        yield f"{path.relative_to(root)}: src/{folder} has no row in layers.txt"
        return
    for bracket, name in INCLUDE.findall(text):
        if bracket == "<":
            continue
        if name.startswith("stentor/v1/"):
            theirs = "wire"
        elif not (root / "src" / name).is_file():
            yield f'{path.relative_to(root)}: "{name}" is not a file below src/'
            continue
        else:
            theirs = row_of(rows, name.rpartition("/")[0])
        allowed = rows[mine]
        if allowed is not None and path.name.endswith("_test.cc"):
            allowed = allowed | (rows.get(TESTS) or set())
        if theirs != mine and allowed is not None and theirs not in allowed:
            yield f'{path.relative_to(root)}: {mine} may not include {theirs} ("{name}")'


def check_pure(root, rows, pure, path, text):
    folder = row_of(rows, path.parent.relative_to(root / "src").as_posix())
    if folder not in pure or path.name.endswith("_test.cc"):
        return
    where = path.relative_to(root)
    for bracket, name in INCLUDE.findall(text):
        if (bracket == "<" and PURE_HEADERS.match(name)) or name == "auth/random.h":
            yield f"{where}: {folder} is pure and includes <{name}>"
    code = STRING.sub('""', INCLUDE.sub("", text))
    for what, words in PURE_WORDS.items():
        found = words.search(code)
        if found:
            yield f"{where}: {folder} is pure and {what}: {found.group(0)}"


def violations(root):
    rows, pure = parse_layers((root / "layers.txt").read_text())
    files = sorted(p for p in (root / "src").rglob("*") if p.suffix in (".h", ".cc"))
    for row, allowed in rows.items():
        for name in (allowed or set()) - set(rows):
            yield f"layers.txt: {row} names {name}, which has no row"
    for path in files:
        text = COMMENT.sub("", path.read_text())
        yield from check_includes(root, rows, path, text)
        yield from check_pure(root, rows, pure, path, text)


if __name__ == "__main__":
    sys.exit(report(violations))
