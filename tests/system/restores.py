#!/usr/bin/env python3
"""What becomes of a record that is not the newest any more, seen by clients and the operator: a client
of before a restore, and of one restore before the last, is told up to where its history holds, also
where histories of different origin begin within the same minutes; a record whose log is damaged is not
served until somebody takes the loss, and then in a new epoch; a full disk is told in words.

    restores.py STENTOR
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from server_under_test import (
    CREATE_GROUP, GROUP_READY, OPEN, OPENED, PULL, RANGE, REFUSED, SEND, SENT, Server, Talk, cmid,
    command, field, fields, hello, until)

STENTOR = sys.argv[1]
FORK = 9
SAID, STEP = 1_500, 5
LOUD = ["--sends-per-second", "1000", "--sends-burst", "1000",
        "--set", "safety.busy_entries_per_second=0", "--set", "safety.repeats=0"]


def stentor(*args, code=0):
    done = subprocess.run([STENTOR, *map(str, args)], capture_output=True, text=True, timeout=120,
                          check=False)
    assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


class Ann(Talk):
    """The one member of a group, on a server whose record knows them."""

    def __init__(self, server):
        super().__init__(server.ports["tcp"])
        self.last_request = 1
        self.answer(hello(stentor("token", "Ann", "--data", server.data).strip()))

    def ask(self, kind, *parts):
        self.last_request += 1
        return self.answer(command(self.last_request, kind, *parts))

    def say(self, gid, count):
        for n in range(count):
            answer = self.ask(SEND, field(1, gid), field(2, cmid()), field(5, field(1, f"{n}")))
            assert SENT in answer, answer
        return fields(answer[SENT][0])[2][0]

    def open_group(self, gid, epoch=0, seq=0):
        """(epoch, head) of the Opened, and fork_seq of the Fork before it or None."""
        self.last_request += 1
        self.frame(command(self.last_request, OPEN, field(1, gid), field(2, epoch), field(3, seq)))
        fork = None
        while (answer := self.read()) is not None:
            if FORK in answer:
                told = fields(answer[FORK][0])
                assert told[1] == [gid] and 1 not in answer, "a Fork comes unasked, with request_id 0"
                fork = told[2][0], told.get(3, [0])[0]
            if OPENED in answer:
                opened = fields(answer[OPENED][0])
                assert fork is None or fork[0] == opened[2][0], "a Fork of another epoch"
                return opened[2][0], opened.get(3, [0])[0], fork and fork[1]
        raise AssertionError("ended instead of an answer")


def a_client_is_told_where_its_history_ends(folder):
    """After the first restore, after a second one of the same backup, and after one of a backup that
    was taken in between."""
    early, late = folder / "early", folder / "late"
    with Server(STENTOR, *LOUD) as server:
        server.account("Ann")
        with Ann(server) as ann:
            made = ann.ask(CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid()))
            gid = fields(made[GROUP_READY][0])[1][0]
            assert ann.say(gid, 3) == 3
            stentor("backup", early, "--data", server.data)
            assert ann.say(gid, 2) == 5
            first, head, fork = ann.open_group(gid)
            assert (head, fork) == (5, None)

    stentor("restore", early, "--data", folder / "second")
    with Server(STENTOR, *LOUD, data=folder / "second") as server, Ann(server) as ann:
        second, head, fork = ann.open_group(gid, first, 5)
        assert second > first and (head, fork) == (3, 3), (second, head, fork)
        assert ann.say(gid, 1) == 4
        stentor("backup", late, "--data", server.data)
        assert ann.say(gid, 3) == 7

    # Of the same backup once more: what was said after the first restore hangs on nothing here.
    stentor("restore", early, "--data", folder / "third")
    with Server(STENTOR, *LOUD, data=folder / "third") as server:
        with Ann(server) as ann:
            third, head, fork = ann.open_group(gid, first, 5)
            assert third > second and (head, fork) == (3, 3), (third, head, fork)
        with Ann(server) as ann:
            epoch, head, fork = ann.open_group(gid, second, 7)
            assert (epoch, head, fork) == (third, 3, 0), (epoch, head, fork)

    # Of a backup of the restored server: both older epochs are told their own place.
    stentor("restore", late, "--data", folder / "fourth")
    with Server(STENTOR, *LOUD, data=folder / "fourth") as server:
        for epoch, seq, holds in ((first, 5, 3), (second, 7, 4)):
            with Ann(server) as ann:
                fourth, head, fork = ann.open_group(gid, epoch, seq)
                assert fourth > second and (head, fork) == (4, holds), (epoch, fourth, head, fork)


def damage(store, kind="*.log", part=2):
    """Flips bytes in the largest file of a kind, where its first `part`th ends; returns its name."""
    largest = max(store.glob(kind), key=lambda path: path.stat().st_size)
    raw = bytearray(largest.read_bytes())
    begin = len(raw) // part
    for at in range(begin, begin + 4):
        raw[at] ^= 0xFF
    largest.write_bytes(raw)
    return largest.name


def say_much(ann, gid, head):
    """So much that the middle of the log lies among these messages."""
    while head < 60:
        answer = ann.ask(SEND, field(1, gid), field(2, cmid()), field(5, field(1, "x" * 2000)))
        assert SENT in answer, answer
        head = fields(answer[SENT][0])[2][0]
    return head


def damage_is_refused_until_its_loss_is_taken(folder):
    data = folder / "damaged"
    with Server(STENTOR, *LOUD, data=data) as server:
        server.account("Ann")
        with Ann(server) as ann:
            made = ann.ask(CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid()))
            gid = fields(made[GROUP_READY][0])[1][0]
            head = ann.say(gid, 5)
            first, _, _ = ann.open_group(gid)
            head = say_much(ann, gid, head)
        server.process.kill()
    name = damage(data / "store")
    before = {path: path.read_bytes() for path in (data / "store").iterdir() if path.is_file()}

    said = stentor("serve", "--data", data, "--listen", "127.0.0.1:0", code=1)
    assert "would be lost" in said and name in said, said
    assert "damaged" in stentor("verify", data, code=1)
    kept = {path: path.read_bytes() for path in before if path.exists()}
    assert all(kept.get(path) == raw for path, raw in before.items()
               if path.suffix in (".log", ".sst")), "a refused start changed the record"

    stentor("accept-loss", data)
    assert "has lost nothing" in stentor("accept-loss", data, code=1), "a second one is an accident"
    stentor("verify", "--deep", data)
    with Server(STENTOR, *LOUD, data=data) as server, Ann(server) as ann:
        epoch, left, fork = ann.open_group(gid, first, head)
        assert epoch > first and fork is not None and fork <= left < head, (epoch, left, fork, head)
        assert ann.say(gid, 1) == left + 1


def settled(store):
    """Whether no table came or went for a second."""
    before = sorted(store.glob("*.sst"))
    time.sleep(1)
    return before == sorted(store.glob("*.sst"))


def what_cannot_be_read_is_refused_by_name_and_all_else_is_served(folder):
    """A damaged table: only the pages that lie in the damaged place are missing."""
    data = folder / "again"
    with Server(STENTOR, *LOUD) as server:
        server.account("Ann")
        with Ann(server) as ann:
            made = ann.ask(CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid()))
            gid = fields(made[GROUP_READY][0])[1][0]
            for seq in range(1, SAID + 1):
                # Read up to here: an unread count would look at all of them.
                answer = ann.ask(SEND, field(1, gid), field(2, cmid()), field(4, seq),
                                 field(5, field(1, os.urandom(500).hex())))
                assert SENT in answer, answer
            stentor("backup", folder / "backup", "--data", server.data)
    stentor("restore", folder / "backup", "--data", data)
    # Until its tables are merged: a merge that met the damage would stop the store.
    with Server(STENTOR, *LOUD, data=data):
        until(lambda: settled(data / "store"), "the tables are merged")
    damage(data / "store", "*.sst", 8)
    assert "damaged" in stentor("verify", "--deep", data, code=1)

    with Server(STENTOR, *LOUD, data=data) as server, Ann(server) as ann:
        epoch, head, _ = ann.open_group(gid)
        assert head == SAID, head
        refused, served = [], 0
        for seq in range(SAID, 0, -STEP):
            answer = ann.ask(PULL, field(1, gid), field(2, epoch), field(3, seq), field(4, seq))
            served += RANGE in answer
            if REFUSED in answer:
                refusal = fields(answer[REFUSED][0])
                assert (refusal[1], refusal[2], refusal[4]) == ([202], [b"damaged"], [300_000]), refusal
                refused.append(seq)
        assert refused and served + len(refused) == SAID // STEP, (refused, served)
        assert max(refused) - min(refused) < 400, "more than the pages around the place"
        assert ann.say(gid, 1) == SAID + 1
        status, page = server.request("GET", "/readyz")
        assert status == 200, page


def histories_that_begin_in_the_same_minutes_are_parted(folder):
    """An operator in trouble tries one after the other. What was acknowledged on the first is told to be
    lost on each of the others."""
    data, early, late = folder / "data", folder / "early", folder / "late"
    with Server(STENTOR, *LOUD, data=data) as server:
        server.account("Ann")
        with Ann(server) as ann:
            made = ann.ask(CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid()))
            gid = fields(made[GROUP_READY][0])[1][0]
            ann.say(gid, 2)
            stentor("backup", early, "--data", data)
            ann.say(gid, 2)
            stentor("backup", late, "--data", data)

    stentor("restore", late, "--data", folder / "first")
    with Server(STENTOR, *LOUD, data=folder / "first") as server, Ann(server) as ann:
        former, head, _ = ann.open_group(gid)
        assert ann.say(gid, 2) == head + 2

    def restore_the_other():
        stentor("restore", early, "--data", folder / "second")
        return folder / "second"

    def go_on_with_the_former_folder():
        stentor("accept-loss", "--undamaged", data)
        return data

    def import_an_export():
        stentor("export", early, "--to", folder / "early.jsonl")
        stentor("import", folder / "early.jsonl", "--data", folder / "third")
        return folder / "third"

    for begin in (restore_the_other, go_on_with_the_former_folder, import_an_export):
        with Server(STENTOR, *LOUD, data=begin()) as server:
            with Ann(server) as ann:
                ann.open_group(gid)
                ann.say(gid, 6)  # So that the former head is no number beyond this one's.
            with Ann(server) as ann:
                epoch, _, fork = ann.open_group(gid, former, head + 2)
                assert epoch > former and fork is not None, (begin.__name__, former, epoch, fork)
        former_of_this, former = former, epoch
        assert former > former_of_this


def a_full_disk_is_told_and_nothing_is_left(folder):
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", disk],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        print("skipped: a small disk needs the rights to mount one", flush=True)
        return
    try:
        with Server(STENTOR, data=disk / "data") as server:
            stentor("backup", disk / "backup", "--data", server.data)
        stentor("export", disk / "backup", "--to", folder / "small.jsonl")
        # It has room at the start and none in the middle: it comes to a log and a buffer.
        with open(folder / "large.jsonl", "w", encoding="utf-8") as large:
            lines = [{"kind": "stentor-export", "version": 2, "epoch": 1},
                     *({"kind": "audit", "time_ms": 1, "text": "x" * 1000} for _ in range(35_000))]
            large.writelines(json.dumps(line) + "\n" for line in lines)
        said = stentor("import", folder / "large.jsonl", "--data", disk / "new", code=1)
        assert "is full" in said and not (disk / "new").exists(), said

        with open(disk / "filling", "wb") as filling:
            left = os.statvfs(disk)
            os.posix_fallocate(filling.fileno(), 0, left.f_bavail * left.f_frsize - (1 << 20))
        for attempt in (("import", folder / "small.jsonl", "--data", disk / "new"),
                        ("restore", disk / "backup", "--data", disk / "new"),
                        ("accept-loss", "--undamaged", disk / "data")):
            said = stentor(*attempt, code=1)
            assert "the disk of" in said and "is full" in said, said
            assert not (disk / "new").exists(), said
        (disk / "filling").unlink()
        stentor("verify", disk / "data")
        stentor("restore", disk / "backup", "--data", disk / "new")
    finally:
        subprocess.run(["umount", disk], check=True)


def main():
    # What this test begins is nobody else's business, and folders alone must tell it.
    os.environ["XDG_STATE_HOME"] = "/proc/none"
    for check in (a_client_is_told_where_its_history_ends, damage_is_refused_until_its_loss_is_taken,
                  what_cannot_be_read_is_refused_by_name_and_all_else_is_served,
                  histories_that_begin_in_the_same_minutes_are_parted,
                  a_full_disk_is_told_and_nothing_is_left):
        with tempfile.TemporaryDirectory(prefix="stentor-restores-") as folder:
            check(pathlib.Path(folder))
        print("ok", check.__name__, flush=True)


main()
