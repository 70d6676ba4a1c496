#!/usr/bin/env python3
"""Simulated seeds for hours, on all cores, from where the last campaign ended.

    tests/sim/campaign.py SIMULATOR STATE HOURS [--bug NAME]

STATE is the file that says which seed comes next; without it, seed 1 does. A red seed stops nobody: at the end
each kind of failure is printed on a line, with how often it came and its first seed. A kind is the sentence without its
numbers. A seed that ends its process, or takes more than SEED_SECONDS, is a failure as well. Prints a line a minute. Exit
code: 0 all were green, 1 some were red, 2 it was called wrongly.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

BLOCK = 50  # Seeds that one process runs.
SEED_SECONDS = 60
TELL_EVERY = 60.0


def kind_of(sentence):
    return re.sub(r"\d+(\.\d+)*", "N", sentence)


def failure_of(simulator, seed, bug):
    """What is wrong with this seed, or None."""
    try:
        done = subprocess.run([simulator, "--seed", str(seed), *bug], capture_output=True, timeout=SEED_SECONDS)
    except subprocess.TimeoutExpired:
        return f"it takes more than {SEED_SECONDS} s"
    if done.returncode == 0:
        return None
    said = re.findall(rf"^seed {seed}: (.*)$", done.stdout.decode(errors="replace"), re.M)
    return said[-1] if said else f"its process ended with {done.returncode}"


def block(simulator, first, bug):
    """The failures of BLOCK seeds, as (seed, sentence)."""
    failures = []
    seed, end = first, first + BLOCK
    while seed < end:
        try:
            done = subprocess.run([simulator, "--seeds", str(seed), str(end - seed), *bug], capture_output=True,
                                  timeout=BLOCK * SEED_SECONDS)
        except subprocess.TimeoutExpired:
            done = None
        if done is not None and done.returncode == 0:
            return failures
        said = re.findall(r"^seed (\d+): (.*)$", done.stdout.decode(errors="replace") if done else "", re.M)
        if said:
            red, sentence = int(said[-1][0]), said[-1][1]
            failures.append((red, sentence))
            seed = red + 1
            continue
        # Its process ended, or hangs: which seed it was, each says alone.
        for one in range(seed, end):
            if sentence := failure_of(simulator, one, bug):
                failures.append((one, sentence))
        return failures
    return failures


class Campaign:
    def __init__(self, simulator, state, bug):
        self.simulator, self.state, self.bug = simulator, state, bug
        self.first = self.next = int(state.read_text()) if state.exists() else 1
        self.start = time.monotonic()
        self.done = 0
        self.kinds = {}  # Kind -> [count, its first seed, that one's sentence].

    def run(self, hours):
        end = self.start + hours * 3600
        running = {}
        told = self.start
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            while running or time.monotonic() < end:
                while len(running) < os.cpu_count() and time.monotonic() < end:
                    running[pool.submit(block, self.simulator, self.next, self.bug)] = self.next
                    self.next += BLOCK
                finished, _ = concurrent.futures.wait(running, 1.0, concurrent.futures.FIRST_COMPLETED)
                for one in finished:
                    del running[one]
                    self.add(one.result())
                # Where the next campaign begins: below it all have run.
                self.state.write_text(f"{min(running.values(), default=self.next)}\n")
                if time.monotonic() - told >= TELL_EVERY:
                    told = time.monotonic()
                    self.tell()

    def add(self, failures):
        self.done += BLOCK
        for seed, sentence in failures:
            kind = self.kinds.setdefault(kind_of(sentence), [0, seed, sentence])
            kind[0] += 1
            if seed < kind[1]:
                kind[1:] = [seed, sentence]

    def red(self):
        return sum(count for count, _, _ in self.kinds.values())

    def tell(self):
        minutes = (time.monotonic() - self.start) / 60
        print(f"{minutes:7.1f} min: {self.done} seeds from {self.first} on, {self.red()} red", flush=True)

    def report(self):
        self.tell()
        for count, seed, sentence in sorted(self.kinds.values(), key=lambda kind: -kind[0]):
            print(f"{count:6} x  seed {seed}: {sentence}")


def main():
    arguments = sys.argv[1:]
    bug = []
    if "--bug" in arguments[:-1]:
        place = arguments.index("--bug")
        bug = arguments[place:place + 2]
        del arguments[place:place + 2]
    try:
        simulator, state, hours = arguments[0], pathlib.Path(arguments[1]), float(arguments[2])
        if len(arguments) != 3 or not 0 < hours <= 1000:
            raise ValueError
    except (IndexError, ValueError):
        print("campaign.py SIMULATOR STATE HOURS [--bug NAME]; HOURS above 0 and at most 1000", file=sys.stderr)
        return 2
    campaign = Campaign(simulator, state, bug)
    campaign.run(hours)
    campaign.report()
    return 1 if campaign.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
