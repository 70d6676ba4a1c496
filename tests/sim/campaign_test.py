#!/usr/bin/env python3
"""campaign.py goes on after a red seed and from where it ended, and knows one kind of failure from another.

    tests/sim/campaign_test.py SIMULATOR
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import campaign

SIMULATOR = sys.argv[1]


def run(state, hours, *bug):
    done = subprocess.run([sys.executable, campaign.__file__, SIMULATOR, state, str(hours), *bug], capture_output=True,
                          text=True, timeout=120)
    return done.returncode, done.stdout


def main():
    assert campaign.kind_of("user 1004 was shown 17 in group 38.9") == "user N was shown N in group N"
    with tempfile.TemporaryDirectory() as folder:
        state = pathlib.Path(folder) / "next"
        code, said = run(state, 0.0003)
        assert code == 0, said
        where = int(state.read_text())
        assert where > 1 and where % campaign.BLOCK == 1, where
        assert re.search(rf": {where - 1} seeds from 1 on, 0 red", said), said

        code, said = run(state, 0.0003, "--bug", "no_duplicate_check")
        assert code == 1, said
        lines = re.findall(r"^ *(\d+) x  seed (\d+): (.+)$", said, re.M)
        assert sum(int(count) for count, _, _ in lines) > 1, f"it stopped at a red seed: {said}"
        assert all(int(seed) >= where for _, seed, _ in lines), said
        assert int(state.read_text()) > where

        # A process that ends is told with its seed, and the others are run.
        state.write_text("1\n")
        program = pathlib.Path(folder) / "sim"
        program.write_text('#!/bin/sh\nfor last; do :; done\n'
                           'if [ "$1" = --seeds ]; then exit 134; fi\n'
                           'if [ "$2" = 7 ]; then exit 134; fi\n')
        program.chmod(0o755)
        assert campaign.block(str(program), 1, []) == [(7, "its process ended with 134")]

    assert subprocess.run([sys.executable, campaign.__file__, SIMULATOR, "x", "no"], capture_output=True,
                          check=False).returncode == 2


main()
