#!/usr/bin/env python3
"""Whether the tests would notice. Each mutant of the lists beside this file changes one line of shipped
code in a copy of the tree; the unit tests that it names, and else 100 seeds of the simulator, must fail.

    tests/mutants/run.py BUILD [WORD...]     those whose file or sentence holds one of the words

BUILD is the folder of builds; the copy and, in it, its own build stand in BUILD/mutants. Prints a line a mutant
and at the end those that survive. Exit code: 0 none did, 1 some did, 2 a mutant is no good.
"""
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTS = sorted(pathlib.Path(__file__).parent.glob("*.txt"))
SIMULATOR = "stentor_sim"
SEEDS = ["--seeds", "1", "100"]
TEST_SECONDS = 120  # A test that waits for ever has noticed as well.
PAGE_TEST_SECONDS = 400  # All of a folder's, on a machine that does other things too.
ONE_PAGE_TEST_MS = 30_000  # A test that is only slow there has noticed nothing.


class Mutant:
    """One block of a list: `# sentence`, `file:`, `test:`, `- line`, `+ line`."""

    def __init__(self, block, where):
        self.where, self.why, self.file, self.tests, self.old, self.new = where, "", "", [], None, None
        for line in block.splitlines():
            key, _, rest = line.partition(" ")
            if key == "#":
                self.why = (self.why + " " + rest).strip()
            elif key == "file:":
                self.file = rest.strip()
            elif key == "test:":
                self.tests = rest.split()
            elif key == "-":
                self.old = rest.strip()
            elif key == "+":
                self.new = rest.strip()
            else:
                fail(f"{where}: a mutant has '#', 'file:', 'test:', '-' and '+', not '{line}'")
        if not (self.why and self.file and self.tests and self.old and self.new is not None):
            fail(f"{where}: '#', 'file:', 'test:', '-' and '+' are all needed")

    def applied(self, text):
        lines = text.splitlines(keepends=True)
        places = [i for i, line in enumerate(lines) if line.strip() == self.old]
        if len(places) != 1:
            fail(f"{self.where}: {self.file} has '{self.old}' {len(places)} times, not once")
        at = places[0]
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = indent + self.new + "\n"
        return "".join(lines)


def fail(text):
    print(f"mutants: {text}", file=sys.stderr)
    sys.exit(2)


def read_lists():
    for path in LISTS:
        for number, block in enumerate(path.read_text().strip().split("\n\n"), 1):
            yield Mutant(block, f"{path.name}, mutant {number}")


def copy_tree(tree):
    """As it stands here, committed or not; what is the same keeps its time, so that little is built."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"],
                           check=True, capture_output=True).stdout.split(b"\0")
    wanted = {os.fsdecode(name) for name in names if name}
    for name in wanted:
        source, copy = ROOT / name, tree / name
        if not source.is_file():
            continue
        if copy.is_file() and copy.read_bytes() == source.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
        copy.chmod(source.stat().st_mode)
    for link in ("web/node_modules", "web/sdk/gen"):
        if (ROOT / link).exists() and not (tree / link).exists():
            (tree / link).symlink_to(ROOT / link)


def run(command, log, seconds=None, cwd=None):
    with open(log, "ab") as out:
        try:
            return subprocess.run(command, cwd=cwd, stdout=out, stderr=out, timeout=seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            return 1


class Bench:
    def __init__(self, build):
        self.tree, self.log = build / "mutants", build / "mutants.log"
        self.build = self.tree / "build" / "release"  # Inside, so that the compiler's cache knows its paths.
        self.tree.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        copy_tree(self.tree)
        os.environ["CCACHE_BASEDIR"], os.environ["CCACHE_NOHASHDIR"] = str(self.tree), "1"

    def configure(self):
        if not (self.build / "build.ninja").is_file():
            if run(["cmake", "--preset", "release", "-B", self.build, "-S", self.tree], self.log, cwd=self.tree):
                fail(f"cmake failed: {self.log}")

    def make(self, targets):
        return run(["nice", "ninja", "-C", self.build, *targets], self.log) == 0

    def program(self, name):
        return next(path for path in self.build.glob(f"src/**/{name}") if path.is_file())

    def is_red(self, test):
        if test.startswith("web/"):
            command = ["npx", "vitest", "run", "--bail", "1", f"--testTimeout={ONE_PAGE_TEST_MS}",
                       "--root", self.tree / "web", test.removeprefix("web/") + "/"]
            return run(command, self.log, PAGE_TEST_SECONDS, self.tree / "web") != 0
        if not self.make([test]):
            fail(f"{test} does not build: {self.log}")
        return run([self.program(test), *(SEEDS if test == SIMULATOR else [])], self.log, TEST_SECONDS) != 0

    def noticed_by(self, mutant):
        """The first that fails; None if all are green."""
        tests = mutant.tests if mutant.file.startswith("web/") else [*mutant.tests, SIMULATOR]
        return next((test for test in tests if self.is_red(test)), None)


def main():
    if len(sys.argv) < 2:
        fail("which folder of builds?")
    words = sys.argv[2:]
    chosen = [m for m in read_lists() if not words or any(w in m.file or w in m.why for w in words)]
    bench = Bench(pathlib.Path(sys.argv[1]).resolve())
    compiled = any(not mutant.file.startswith("web/") for mutant in chosen)
    if compiled:
        bench.configure()
    print(f"{len(chosen)} mutants; first the tests as they are", flush=True)
    for test in sorted({test for mutant in chosen for test in mutant.tests}):
        if bench.is_red(test):
            fail(f"{test} fails without a mutant: {bench.log}")
    if compiled and bench.is_red(SIMULATOR):
        fail(f"{SIMULATOR} fails without a mutant: {bench.log}")
    survivors = []
    for number, mutant in enumerate(chosen, 1):
        start, path = time.monotonic(), bench.tree / mutant.file
        before = path.read_text()
        try:
            path.write_text(mutant.applied(before))
            by = bench.noticed_by(mutant)
        finally:
            path.write_text(before)
        if by is None:
            survivors.append(mutant)
        print(f"{number:3}/{len(chosen)} {time.monotonic() - start:5.1f} s  {by or 'SURVIVES':20} {mutant.file}: {mutant.why}",
              flush=True)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} were noticed")
    for mutant in survivors:
        print(f"survives: {mutant.where}: {mutant.file}: {mutant.why}\n  - {mutant.old}\n  + {mutant.new}")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
