#!/usr/bin/python3
"""What docs/protocol.md promises, asked of a server from outside.

    suite.py --server http://127.0.0.1:8080            any server, by its address
    suite.py --start build/release/src/server/stentor  one of its own, which goes with the run

    --operator URL --operator-key KEY   cases that need an operator, too (with --start: always)
    --case WORDS    only cases whose name holds all of them      --list   their names and rules
    --at-once N     cases that run beside each other (4)

A case is a coroutine of a cases_*.py that takes a World; the first sentence of its text is the rule
that it holds the server to. Exit code 0: all kept; 1: some were not; 2: it could not be asked.
"""

import argparse
import asyncio
import contextlib
import importlib
import inspect
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from world import Missing, World  # noqa: E402

CASE_WITHIN_S = 90


def cases():
    """(name, coroutine function), in the order of the files."""
    for path in sorted(HERE.glob("cases_*.py")):
        module = importlib.import_module(path.stem)
        for name, one in vars(module).items():
            if inspect.iscoroutinefunction(one) and one.__module__ == path.stem and name[0] != "_":
                yield f"{path.stem.removeprefix('cases_')}.{name}", one


async def run_case(name, case, world, gate):
    async with gate:
        begun = time.monotonic()
        flaw = skipped = None
        try:
            await asyncio.wait_for(case(world), CASE_WITHIN_S)
        except Missing as missing:
            skipped = str(missing)
        except Exception:
            flaw = traceback.format_exc()
        word = "skipped" if skipped else "BROKEN" if flaw else "kept"
        print(f"{word:8} {time.monotonic() - begun:6.2f} s  {name}"
              + (f"  ({skipped})" if skipped else ""), flush=True)
        if flaw:
            print(f"    rule: {inspect.getdoc(case)}\n{flaw}", flush=True)
        return word


async def run(arguments, wanted):
    async with contextlib.AsyncExitStack() as stack:
        if arguments.start:
            world = stack.enter_context(World.started(arguments.start))
        else:
            world = World(arguments.server, arguments.operator, arguments.operator_key)
        gate = asyncio.Semaphore(arguments.at_once)
        words = await asyncio.gather(*(run_case(name, case, world, gate) for name, case in wanted))
        await world.close()
    kept, broken = words.count("kept"), words.count("BROKEN")
    print(f"{kept} kept, {broken} broken, {words.count('skipped')} skipped")
    return 1 if broken else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--server")
    where.add_argument("--start")
    parser.add_argument("--operator")
    parser.add_argument("--operator-key", default="")
    parser.add_argument("--case", nargs="*", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--at-once", type=int, default=4)
    arguments = parser.parse_args()
    wanted = [(name, case) for name, case in cases()
              if all(word in name for word in arguments.case)]
    if arguments.list:
        for name, case in wanted:
            print(f"{name}: {inspect.getdoc(case)}")
        return 0
    if not wanted or not (arguments.server or arguments.start):
        parser.print_usage(sys.stderr)
        return 2
    return asyncio.run(run(arguments, wanted))


if __name__ == "__main__":
    sys.exit(main())
