#!/usr/bin/env python3
"""openapi.json describes exactly the paths that src/api answers under /api/v1 and for health, and
admin-openapi.json those under /admin/api. Exit code 1 on any difference, and on a reference to a
schema that is not there.

    openapi.py [ROOT]
"""

import json
import re
import sys

from report import report

PATHS = {
    "openapi.json": re.compile(r'"(/(?:api/v1/[a-z/{}\-]+|healthz|readyz))"'),
    "admin-openapi.json": re.compile(r'"(/admin/api/[a-z/{}\-]+)"'),
}


def paths_in_source(root, pattern):
    return {
        match.group(1)
        for source in (root / "src/api").rglob("*.cc") if not source.name.endswith("_test.cc")
        for match in pattern.finditer(source.read_text(encoding="utf-8"))
        # What only begins so is the way to all of them.
        if not match.group(1).endswith("/")
    }


def violations(root):
    for name, pattern in PATHS.items():
        yield from violations_in(root, name, paths_in_source(root, pattern))


def violations_in(root, name, answered):
    text = (root / "web/app/public" / name).read_text(encoding="utf-8")
    document = json.loads(text)
    described = {re.sub(r"\{\w+\}", "{}", path) for path in document["paths"]}
    for path in sorted(described - answered):
        yield f"{name}: {path} is described, but src/api does not answer it"
    for path in sorted(answered - described):
        yield f"src/api: {path} is answered, but {name} does not describe it"
    schemas = document["components"]["schemas"]
    for schema in re.findall(r"#/components/schemas/(\w+)", text):
        if schema not in schemas:
            yield f"{name}: there is no schema {schema}"


if __name__ == "__main__":
    sys.exit(report(violations))
