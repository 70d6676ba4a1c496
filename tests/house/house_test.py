#!/usr/bin/env python3
"""Plants one violation of each kind and demands that the check turns red: a check that stays
green would be the bug."""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import addresses  # noqa: E402
import classes  # noqa: E402
import glossary  # noqa: E402
import layers  # noqa: E402
import limits  # noqa: E402
import openapi  # noqa: E402
import sizes  # noqa: E402


class Planted(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="stentor-house-"))
        self.addCleanup(shutil.rmtree, self.root)

    def plant(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def red(self, check, *words):
        found = list(check.violations(self.root))
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def green(self, check):
        self.assertEqual(list(check.violations(self.root)), [])


class Layers(Planted):
    def setUp(self):
        super().setUp()
        self.plant("layers.txt", "# a comment\nbase:\nstore: base\nstore/rocks: base store\n"
                                 "group (pure): base # why\nserver: *\ntests: store/rocks\n")
        self.plant("src/base/ids.h", "#pragma once\n#include <vector>\n")
        self.plant("src/store/store.h", '#include "base/ids.h"\n')
        self.plant("src/store/rocks/engine.h", '#include "store/store.h"\n')
        self.plant("src/group/log.h", '#include "base/ids.h"\n')
        self.plant("src/server/main.cc", '#include "store/rocks/engine.h"\n')
        self.green(layers)

    def test_a_lower_layer_includes_a_higher(self):
        self.plant("src/base/bad.h", '#include "store/store.h"\n')
        self.red(layers, "src/base/bad.h", "base may not include store")

    def test_an_engine_is_no_part_of_its_port(self):
        self.plant("src/store/bad.h", '#  include "store/rocks/engine.h"\n')
        self.red(layers, "store may not include store/rocks")

    def test_a_test_may_use_an_engine_that_is_listed_and_nothing_else(self):
        self.plant("src/group/log_test.cc", '#include "store/rocks/engine.h"\n')
        self.green(layers)
        self.plant("src/group/more_test.cc", '#include "store/store.h"\n')
        self.red(layers, "group may not include store")

    def test_a_folder_without_a_row(self):
        self.plant("src/util/all.h", "#pragma once\n")
        self.red(layers, "no row")

    def test_a_row_that_names_nothing(self):
        self.plant("layers.txt", (self.root / "layers.txt").read_text() + "bus: bse\n")
        self.red(layers, "bse")

    def test_an_include_of_no_file(self):
        self.plant("src/base/bad.h", '#include "ids.h"\n')
        self.red(layers, "not a file")

    def test_a_comment_includes_nothing(self):
        self.plant("src/base/good.h", '// #include "store/store.h"\n/*\n#include "nothing.h"\n*/\n')
        self.green(layers)

    def test_pure_parts_stay_pure(self):
        for text, word in (("#include <thread>\n", "<thread>"),
                           ("#include <sys/socket.h>\n", "<sys/socket.h>"),
                           ("auto t = std::chrono::steady_clock::now();\n", "steady_clock"),
                           ("auto t = SomeClock::now();\n", "::now"),
                           ("const Time t = now();\n", "now()"),
                           ("std::random_device seed;\n", "random_device")):
            with self.subTest(text=text):
                for name in ("bad.cc", "bad_test_kit.h"):
                    self.plant(f"src/group/{name}", text)
                    self.red(layers, f"src/group/{name}", "group is pure", word)
                    (self.root / "src/group" / name).unlink()
        self.plant("src/group/bad.cc", 'auto a = clock.now(); // now()\nauto b = "now()";\n')
        self.green(layers)
        self.plant("src/server/clock.cc", "#include <thread>\n")
        self.green(layers)

    def test_purity_is_what_the_mark_says(self):
        self.plant("src/store/clock.cc", "#include <thread>\n")
        self.green(layers)
        text = (self.root / "layers.txt").read_text()
        self.plant("layers.txt", text.replace("store: base", "store (pure): base", 1))
        self.red(layers, "store is pure", "<thread>")
        self.plant("layers.txt", text.replace("store: base", "store (poor): base", 1))
        with self.assertRaisesRegex(ValueError, "store is marked"):
            list(layers.violations(self.root))


def function(name, lines):
    return f"int {name}(int a) {{\n" + "    a += 1;\n" * (lines - 2) + "}\n"


class Sizes(Planted):
    def test_files_that_are_too_long(self):
        for name, limit in (("src/base/x.h", 300), ("src/base/x.cc", 600), ("web/sdk/x.ts", 300)):
            with self.subTest(name=name):
                self.plant(name, "\n" * limit)
                self.green(sizes)
                self.plant(name, "\n" * (limit + 1))
                self.red(sizes, name, str(limit + 1))
                self.plant(name, "")

    def test_a_function_that_is_too_long(self):
        shapes = {
            "f": function("f", 71),
            "A::f": "namespace a {\n" + function("A::f", 71) + "}\n",
            "g": "class A {\npublic:\n" + function("g", 71) + "};\n",
            "A::A": "A::A(int a)\n    : b_{a}, c_{a} {\n" + "    f(); if (a) { g(); }\n" * 69 + "}\n",
            "TEST": "TEST(A, B) {\n" + "    f([] { return '{'; });\n" * 69 + "}\n",
        }
        for name, text in shapes.items():
            with self.subTest(name=name):
                self.plant("src/base/x.cc", "int before() { return 1'000; }\n" + text)
                self.red(sizes, f"src/base/x.cc:{name}", "at most 70")

    def test_functions_in_a_row_are_not_one(self):
        self.plant("src/base/x.cc", "namespace {\nstruct A {\n    int a{1};\n" +
                   function("f", 60) + function("g", 60) + "};\n}\n" +
                   "const int table[] = {\n" + "    1,\n" * 100 + "};\n")
        self.green(sizes)

    def test_an_exception_allows_just_what_is_there_and_may_only_shrink(self):
        self.plant("src/base/x.h", "\n" * 310)
        self.plant("tests/size_exceptions.txt", "# why\nsrc/base/x.h 310 a table\n")
        self.green(sizes)
        self.plant("src/base/x.h", "\n" * 311)
        self.red(sizes, "allows 310")
        self.plant("src/base/x.h", "\n" * 305)
        self.red(sizes, "lower its exception")
        self.plant("src/base/x.h", "\n" * 10)
        self.red(sizes, "take it out")


class Addresses(Planted):
    def test_a_registry_a_lock_with_addresses_and_a_folder_of_one_machine(self):
        for text in ("registry=https://registry.npmjs" + ".org/\n", "deb http://deb.debian" + ".org x\n",
                     '"resolved"' + ': "https://example/x.tgz",\n', "cat /work/" + "shared/style.md\n",
                     "FetchContent_" + "Declare(x)\n"):
            with self.subTest(text=text):
                self.plant("web/file", "fine\n" + text)
                self.red(addresses, "web/file:2")
        self.plant("web/file", '"resolved"' + ': "sdk",\n')
        self.green(addresses)


class OpenApi(Planted):
    def setUp(self):
        super().setUp()
        self.describe()
        self.describe(document="admin-openapi.json")

    def describe(self, *paths, schema="Yes", document="openapi.json"):
        self.plant(f"web/app/public/{document}", json.dumps(
            {"paths": {path: {"$ref": f"#/components/schemas/{schema}"} for path in paths},
             "components": {"schemas": {"Yes": {}}}}))

    def test_a_path_that_only_one_side_knows(self):
        self.plant("src/api/public/api.cc", 'match("/api/v1/push/groups/{}", path); match("/healthz", p);')
        self.describe("/api/v1/push/groups/{gid}", "/healthz")
        self.green(openapi)
        self.describe("/api/v1/push/groups/{gid}")
        self.red(openapi, "/healthz is answered")
        self.describe("/api/v1/push/groups/{gid}", "/healthz", "/readyz")
        self.red(openapi, "/readyz is described")

    def test_the_operators_paths_are_in_a_document_of_their_own(self):
        self.plant("src/api/operator/admin.cc", 'Row{"POST", "/admin/api/users/{}/erase", erase_user},')
        self.red(openapi, "admin-openapi.json does not describe it")
        self.describe("/admin/api/users/{uid}/erase", document="admin-openapi.json")
        self.green(openapi)

    def test_a_schema_that_is_not_there(self):
        self.plant("src/api/public/api.cc", 'match("/healthz", p);')
        self.describe("/healthz", schema="No")
        self.red(openapi, "no schema No")


class Limits(Planted):
    def setUp(self):
        super().setUp()
        untested = mock.patch.object(limits, "UNTESTED", {"kPage": "a size"})
        untested.start()
        self.addCleanup(untested.stop)
        self.plant("src/base/limits.h", "inline constexpr std::size_t kName = 64;  // Bytes\n"
                                        "inline constexpr Millis kPage = 1s;\n"
                                        "inline constexpr std::array<int, 3> kSteps{1, 2, 3};\n")
        self.plant("src/group/group_test.cc", "f(kName + 1);\ng(limits::kSteps);\n")
        self.green(limits)

    def test_a_limit_that_no_test_names(self):
        for text in ("g(limits::kSteps);\n", "// kName\ng(kSteps);\n", "f(kNames, kSteps);\n"):
            with self.subTest(text=text):
                self.plant("src/group/group_test.cc", text)
                self.plant("src/group/group.cc", "f(kName);\n")
                self.red(limits, "no test names kName")

    def test_a_tool_of_the_tests_is_none(self):
        self.plant("src/group/group_test.cc", "g(kSteps);\n")
        self.plant("src/testing/ledger/ledger.cc", "f(kName);\n")
        self.red(limits, "no test names kName")

    def test_any_test_will_do(self):
        self.plant("src/group/group_test.cc", "g(kSteps);\n")
        for name in ("src/testing/sim/member.cc", "src/a/b_test_kit.h", "src/store/conformance_rows.cc",
                     "tests/system/proxies.py"):
            with self.subTest(name=name):
                self.plant(name, "kName\n")
                self.green(limits)
                (self.root / name).unlink()

    def test_an_exception_that_is_none_any_more(self):
        self.plant("src/group/more_test.cc", "kPage\n")
        self.red(limits, "kPage is tested")
        self.plant("src/group/more_test.cc", "")
        self.plant("src/base/limits.h", "inline constexpr int kName = 64, kNone = 1;\n")
        self.red(limits, "there is no kPage")


class Classes(Planted):
    def members(self, count, name="Hub"):
        body = "".join(f"    int f{i}(int a = 1) const;\n" for i in range(count))
        return f"class {name} final : public Base {{\npublic:\n    {name}();\n    ~{name}();\n{body}" \
               "    bool operator==(const Hub&) const = default;\n    std::function<void()> g_{};\n};\n"

    def test_a_class_with_too_many_duties(self):
        self.plant("src/node/hub.h", self.members(40))
        self.green(classes)
        self.plant("src/node/hub.h", self.members(41))
        self.red(classes, "src/node/hub.h:Hub", "41 member functions, at most 40")
        self.plant("src/node/hub.h", "namespace a {\nstruct Outer {\n" + self.members(41, "Inner") + "};\n}\n")
        self.red(classes, "src/node/hub.h:Inner")

    def test_bodies_in_a_class_count_once(self):
        body = "".join(f"    int f{i}() {{ if (a()) {{ b(); }} return c(); }}\n" for i in range(41))
        self.plant("src/node/hub.h", f"class Hub {{\n{body}}};\n")
        self.red(classes, "41 member functions")

    def test_exceptions_only_shrink(self):
        self.plant("src/node/hub.h", self.members(42))
        self.plant("tests/class_exceptions.txt", "# why\nsrc/node/hub.h:Hub 42 implements a port\n")
        self.green(classes)
        self.plant("src/node/hub.h", self.members(43))
        self.red(classes, "43 member functions, at most 42")
        self.plant("src/node/hub.h", self.members(41))
        self.red(classes, "allows 42, it has 41")
        self.plant("src/node/hub.h", "int a;\n")
        self.red(classes, "is not there")


class Glossary(Planted):
    def setUp(self):
        super().setUp()
        self.plant("layers.txt", "base:\ngroup (pure): base\n")
        self.plant("src/base/ids.h", "struct Id {};\n")
        self.plant("src/group/log.h", "namespace stentor::group {\nenum class Lane : int { a };\n"
                                      "class Log final : public Base {\n    struct Inner {};\n};\n"
                                      "class Later;\n}\n")
        self.table = "# Glossary\n\n## Types of the pure folders\n\n| type | folder | is |\n|---|---|---|\n" \
                     "| `Lane` | `group` | which first |\n| `Log` | `group` | the entries |\n"
        self.plant("docs/glossary.md", self.table)
        self.green(glossary)

    def test_a_type_without_a_word(self):
        self.plant("src/group/tip.h", "namespace stentor::group {\ntemplate <class T>\nstruct Tip {\n};\n}\n")
        self.red(glossary, "the type Tip of group is not in it")

    def test_a_word_without_a_type(self):
        self.plant("docs/glossary.md", self.table + "| `Tip` | `group` | the end |\n")
        self.red(glossary, "group has no type Tip")
        self.plant("docs/glossary.md", self.table.replace("| the entries |", "| |"))
        self.red(glossary, "the type Log of group is not in it")

    def test_no_table(self):
        self.plant("docs/glossary.md", "# Glossary\n")
        self.assertEqual(len(list(glossary.violations(self.root))), 3)


class ImportCircles(Planted):
    def test_two_files_of_the_sdk_that_import_each_other_even_for_types_only(self):
        oxlint = HERE.parents[1] / "web" / "node_modules" / ".bin" / "oxlint"
        if not oxlint.exists():
            self.skipTest("oxlint is not installed")
        shutil.copy(HERE.parents[1] / "web" / ".oxlintrc.json", self.root)
        self.plant("sdk/src/a.ts", 'import type { B } from "./b";\nexport interface A {\n  b?: B;\n}\n')

        def lint():
            return subprocess.run([str(oxlint), "--config", ".oxlintrc.json", "sdk"], check=False,
                                  capture_output=True, text=True, cwd=self.root)
        self.plant("sdk/src/b.ts", "export interface B {\n  a?: string;\n}\n")
        self.assertEqual(lint().returncode, 0, lint().stdout)
        self.plant("sdk/src/b.ts", 'import type { A } from "./a";\nexport interface B {\n  a?: A;\n}\n')
        self.assertIn("import(no-cycle)", lint().stdout)


class Format(Planted):
    def test_an_unformatted_file(self):
        if shutil.which("clang-format-19") is None:
            self.skipTest("clang-format-19 is not installed")
        shutil.copy(HERE.parents[1] / ".clang-format", self.root)
        check = [str(HERE.parents[1] / ".ci" / "format"), "--check", "--root", str(self.root)]
        self.plant("src/base/x.h", "int a;\n")
        self.assertEqual(subprocess.run(check, check=False, capture_output=True).returncode, 0)
        self.plant("src/base/x.h", "int   a;\n")
        self.assertNotEqual(subprocess.run(check, check=False, capture_output=True).returncode, 0)


class Dev(unittest.TestCase):
    ROOT = HERE.parents[1]

    def run_dev(self, *words):
        return subprocess.run([str(self.ROOT / "dev"), *words], check=False, capture_output=True,
                              text=True, cwd="/")

    def test_help_names_every_command_and_an_unknown_one_is_refused(self):
        shown = self.run_dev("help")
        self.assertEqual(shown.returncode, 0)
        for command in ("run", "test", "build", "bench", "replay", "sim", "fuzz", "tidy", "format",
                        "golden", "ci", "packages"):
            self.assertIn(f"./dev {command}", shown.stdout)
        wrong = self.run_dev("frobnicate")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("frobnicate", wrong.stderr)

    def test_a_port_that_is_none_or_taken_is_said_before_anything_is_built(self):
        self.assertIn("no port", self.run_dev("run", "--port", "80x").stderr)
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            taken = self.run_dev("run", "--port", str(port))
        self.assertNotEqual(taken.returncode, 0)
        self.assertIn(f"{port} is taken", taken.stderr)
        self.assertIn("--port", taken.stderr)

    def test_each_package_has_a_group_and_a_reason(self):
        for line in (self.ROOT / ".ci" / "packages.txt").read_text().splitlines():
            if not line.startswith("#"):
                words = line.split(maxsplit=2)
                self.assertEqual(len(words), 3, line)
                self.assertIn(words[0], ("build", "web", "test", "peers", "check"))

    def test_the_scripts_are_shellcheck_clean(self):
        if shutil.which("shellcheck") is None:
            self.skipTest("shellcheck is not installed")
        scripts = [self.ROOT / "dev", *(self.ROOT / ".ci" / name for name in ("run", "tidy", "format"))]
        found = subprocess.run(["shellcheck", *map(str, scripts)], check=False, capture_output=True,
                               text=True)
        self.assertEqual(found.returncode, 0, found.stdout)


if __name__ == "__main__":
    unittest.main()
