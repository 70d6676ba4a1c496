"""A leader is killed under load, and its follower is promoted: what was acknowledged is held against
what the promoted server serves.

Usage: failover.py STENTOR
"""

import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

from server_under_test import (
    CREATE_GROUP, GROUP_READY, OPEN, OPENED, PULL, RANGE, SEND, SENT, Server, Talk, cmid, command,
    field, fields, hello, until)

FORK = 9  # Of ServerFrame.
LIFTED = ["--sends-per-second", "1000", "--sends-burst", "1000"]


class Process:
    """A server whose first words may be anything."""

    def __init__(self, program, folder, *arguments):
        self.said = b""
        self.log = open(folder.parent / f"{folder.name}.log", "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(folder), "--listen", "127.0.0.1:0",
             "--tcp", "127.0.0.1:0", *LIFTED, *arguments],
            stdout=subprocess.PIPE, stderr=self.log)

    def says(self, pattern, within_s=60):
        end = time.monotonic() + within_s
        while not (found := re.search(pattern, self.said)):
            assert time.monotonic() < end, (pattern, self.said)
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                piece = os.read(self.process.stdout.fileno(), 4096)
                assert piece, ("ended", self.said)
                self.said += piece
        return found.group(1).decode()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def request(self, *arguments):
        self.ports = {"http": int(self.says(rb"listening on http://[^\n]*:(\d+)\n"))}
        return Server.request(self, *arguments)


def acknowledged(talk, gid, stop_after, halfway=None):
    """Sends as fast as it is answered, eight in flight; {cmid: (epoch, seq)} when the server is gone.

    600 and what is in flight then: 1,000 at once would be taken for a flood, and answered so.
    """
    sent = {}
    waiting = set()
    number = 10
    try:
        while True:
            while len(waiting) < 8:
                number += 1
                one = cmid()
                talk.frame(command(number, SEND, field(1, gid), field(2, one),
                                   field(5, field(1, f"message {number}"))))
                waiting.add(number)
            frame = talk.read()
            if frame is None:
                return sent
            waiting.discard(frame.get(1, [0])[0])
            if SENT in frame:
                answer = fields(frame[SENT][0])
                sent[answer[1][0]] = (answer[5][0], answer[2][0])
            if halfway and len(sent) >= 300:
                halfway()
                halfway = None
            if stop_after and len(sent) >= 600:
                stop_after()
                stop_after = None
    except OSError:
        return sent


def log_of(talk, gid, epoch, head):
    stored = {}
    at = 1
    while at <= head:
        answer = talk.answer(command(900, PULL, field(1, gid), field(2, epoch), field(3, at),
                                     field(4, head)))
        page = fields(answer[RANGE][0])
        for raw in page[5]:
            entry = fields(raw)
            assert entry[1][0] == at, (entry[1], at)
            if 3 in entry:
                stored[entry[3][0]] = at
            at += 1
    return stored


def reopen(talk, gid, epoch, seq):
    """(Fork or None, Opened): of one who holds `seq` of the history `epoch`."""
    fork = None
    talk.frame(command(3, OPEN, field(1, gid), field(2, epoch), field(3, seq)))
    while True:
        frame = talk.read()
        assert frame is not None, "no answer"
        if FORK in frame:
            fork = fields(frame[FORK][0])
            if frame.get(1) == [3]:
                talk.frame(command(3, OPEN, field(1, gid), field(2, 0), field(3, 0)))
        if OPENED in frame:
            return fork, fields(frame[OPENED][0])


def fail_over(program, mode, promote_running):
    place = pathlib.Path(tempfile.mkdtemp(prefix="stentor-failover-"))
    leader = follower = None
    try:
        # In strict mode nobody is served before a follower is in step, so it has to be told where
        # to go first; the port is one that the system gave a moment before.
        probe = Process(program, place / "leader", "--replica-listen", "127.0.0.1:0")
        address = probe.says(rb"followers may come to (\S+)\n")
        probe.kill()
        leader = Process(program, place / "leader", "--replica-listen", address,
                         "--replica-mode", mode, "--set", "replica.within=10s")
        (place / "follower").mkdir(mode=0o700)
        shutil.copy2(place / "leader" / "secrets", place / "follower" / "secrets")
        follower = Process(program, place / "follower", "--follow", address,
                           "--replica-listen", "127.0.0.1:0")
        leader.says(rb"listening on tcp://[^\n]*:(\d+)\n")
        in_step = "replica_connected" if mode == "async" else "replica_in_step"
        until(lambda: leader.request("GET", "/api/v1/stats")[1][in_step] == 1, "in step", 60)
        asked = subprocess.run([program, "user", "list", "--data", str(place / "follower")],
                               capture_output=True, text=True, timeout=60)
        assert asked.returncode == 1 and f"follows {address}: ask the leader" in asked.stderr, asked
        status, account = leader.request("POST", "/api/v1/sign-up",
                                         {"name": "ann", "password": "correct horse"})
        assert status == 201, account
        token = account["token"]
        with Talk(int(leader.says(rb"tcp://[^\n]*:(\d+)\n"))) as talk:
            talk.answer(hello(token))
            ready = talk.answer(command(2, CREATE_GROUP, field(1, field(1, "g")), field(2, cmid())))
            gid = fields(ready[GROUP_READY][0])[1][0]

            def lose_the_follower():
                until(lambda: leader.request("GET", "/api/v1/stats")[1]["replica_behind"] == 0,
                      "the follower has all so far")
                follower.kill()

            # An async leader goes on alone: what it answers from there on only its own disk has.
            sent = acknowledged(talk, gid, leader.kill,
                                lose_the_follower if mode == "async" else None)
        assert len(sent) >= 600, len(sent)
        assert all(epoch == 1 for epoch, _ in sent.values())

        if not promote_running and follower.process.poll() is None:
            follower.process.terminate()
            follower.process.wait(20)
        done = subprocess.run([program, "promote", "--data", str(place / "follower")],
                              capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        if not promote_running:
            follower = Process(program, place / "follower")
        with Talk(int(follower.says(rb"listening on tcp://[^\n]*:(\d+)\n"))) as talk:
            assert talk.answer(hello(token)) is not None, "the token holds"
            last = max(seq for _, seq in sent.values())
            fork, page = reopen(talk, gid, 1, last)
            epoch, head = page[2][0], page[3][0]
            stored = log_of(talk, gid, epoch, head)
            lost = [one for one in sent if one not in stored]
            moved = [one for one, (_, seq) in sent.items()
                     if one in stored and stored[one] != seq]
            assert not moved, "an acknowledged message has another number"
            if mode == "strict":
                assert epoch == 1, epoch
            else:
                assert epoch > 1, epoch
            if mode != "async":
                assert not lost, (mode, len(lost), len(sent))
            else:
                # Only the newest, and the client is told where.
                kept = [sent[one][1] for one in sent if one in stored]
                assert lost and kept, (len(lost), len(kept))
                assert all(sent[one][1] > max(kept) for one in lost)
                assert fork is not None and fork[3][0] == head, (fork, head)
            answer = talk.answer(command(5, SEND, field(1, gid), field(2, cmid()),
                                         field(5, field(1, "after"))))
            assert SENT in answer, answer
            assert fields(answer[SENT][0])[2][0] == head + 1
        print(f"{mode}: {len(sent)} acknowledged, {len(lost)} lost, epoch {epoch}, "
              f"head {head}, fork {fork}", flush=True)
    finally:
        for server in (leader, follower):
            if server is not None:
                server.process.kill()
                server.process.wait()
        shutil.rmtree(place)


if __name__ == "__main__":
    fail_over(sys.argv[1], "strict", promote_running=True)
    fail_over(sys.argv[1], "sync", promote_running=True)
    fail_over(sys.argv[1], "async", promote_running=False)
