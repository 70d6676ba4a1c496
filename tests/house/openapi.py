#!/usr/bin/env python3
"""openapi.json describes exactly the paths that src/api answers under /api/v1 and for health. Exit
code 1 on any difference, and on a reference to a schema that is not there.

    openapi.py [ROOT]
"""

import json
import re
import sys

from report import report

PATH = re.compile(r'"(/(?:api/v1/[a-z/{}\-]+|healthz|readyz))"')


def paths_in_source(root):
    return {
        match.group(1)
        for source in (root / "src/api").glob("*.cc") if not source.name.endswith("_test.cc")
        for match in PATH.finditer(source.read_text(encoding="utf-8"))
    }


def violations(root):
    text = (root / "web/app/public/openapi.json").read_text(encoding="utf-8")
    document = json.loads(text)
    described = {re.sub(r"\{\w+\}", "{}", path) for path in document["paths"]}
    answered = paths_in_source(root)
    for path in sorted(described - answered):
        yield f"openapi.json: {path} is described, but src/api does not answer it"
    for path in sorted(answered - described):
        yield f"src/api: {path} is answered, but openapi.json does not describe it"
    schemas = document["components"]["schemas"]
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        if name not in schemas:
            yield f"openapi.json: there is no schema {name}"


if __name__ == "__main__":
    sys.exit(report(violations))
