#!/usr/bin/env python3
"""Files that members send, on a real server that is killed: an upload goes on from what the server
holds and is whole by its hash; who is put out reads nothing any more; what is recalled is gone from
the disk, also when the server was killed in between; a backup holds the bytes.

    uploads.py STENTOR
"""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from media_world import DONE, World, asked, http
from server_under_test import CHANGE_MEMBER, command, field, until

STENTOR = sys.argv[1]
KICK = 5
DICE = random.Random(36)


def an_upload_outlives_kills(world):
    content = b"\x89PNG\r\n\x1a\n" + DICE.randbytes(5 * 1024 * 1024)
    upload = world.begin(len(content))
    for _ in range(5):
        held = world.send(upload, content, parts=DICE.randint(1, 4))
        world.killed()
        status, answer = asked(world.server, "GET", upload, world.ann)
        assert (status, answer["offset"]) == (200, held), (status, answer, held)
    # What claims to go on from elsewhere is told from where.
    status, refused = asked(world.server, "POST", upload + f"/parts?offset={held + 1}", world.ann, {})
    assert (status, refused["field"], refused["limit"]) == (409, "offset", held), refused
    world.send(upload, content)
    address = world.finish(upload, content)
    world.killed()
    assert world.finish(upload, content) == address, "asked again it is the same"
    world.say(address)
    status, read, headers = http(world.server, "GET", address, world.bob)
    assert status == 200 and hashlib.sha256(read).digest() == hashlib.sha256(content).digest()
    assert headers["Content-Type"] == "image/png" and headers["X-Content-Type-Options"] == "nosniff"
    status, part, headers = http(world.server, "GET", address, world.bob, headers={"Range": "bytes=-7"})
    assert (status, part) == (206, content[-7:]), (status, part)
    assert headers["Content-Range"].endswith(f"/{len(content)}")


def what_is_recalled_is_gone_from_the_disk(world):
    content = b"GIF89a" + DICE.randbytes(1000)
    upload = world.begin(len(content), "a.gif")
    world.send(upload, content)
    address = world.finish(upload, content)
    sent = world.say(address)
    assert world.status(address, world.bob) == 200
    before = len(world.whole())
    world.recall(sent)
    world.killed()
    until(lambda: world.status(address, world.ann) == 404, "the recalled file is gone")
    until(lambda: len(world.whole()) == before - 1, "and so are its bytes")


def what_is_recalled_at_once_is_read_by_nobody_else(world):
    content = b"GIF89a" + DICE.randbytes(1000)
    upload = world.begin(len(content), "slip.gif")
    world.send(upload, content)
    address = world.finish(upload, content)
    assert world.status(address, world.bob) == 404, "no message names it yet"
    sent = world.say(address)
    world.recall(sent)
    assert world.status(address, world.bob) == 404


def whoever_is_put_out_reads_nothing(world):
    content = b"%PDF-1.7" + DICE.randbytes(1000)
    upload = world.begin(len(content), "minutes.pdf")
    world.send(upload, content)
    address = world.finish(upload, content)
    world.say(address)
    status, _, headers = http(world.server, "GET", address, world.bob)
    assert status == 200 and headers["Content-Disposition"].startswith("attachment;"), headers
    ticket = asked(world.server, "POST", "/api/v1/media-ticket", world.bob)[1]["ticket"]
    assert world.status(f"{address}?ticket={ticket}", "") == 200
    with world.talk(world.ann) as ann:
        kick = field(1, world.gid) + field(2, world.bob_id) + field(KICK, 1)
        assert DONE in ann.answer(command(2, CHANGE_MEMBER, kick))
    assert world.status(address, world.bob) == 404
    assert world.status(f"{address}?ticket={ticket}", "") == 404
    status, refused = asked(world.server, "POST", "/api/v1/uploads", world.bob,
                            {"group": world.gid, "name": "a", "size": 1})
    assert (status, refused["field"]) == (404, "group"), refused
    assert world.status(address, world.ann) == 200


def a_backup_holds_the_bytes(world, folder):
    subprocess.run([STENTOR, "backup", str(folder / "backup"), "--data", str(world.data)], check=True,
                   capture_output=True, timeout=60)
    bytes_of = {path.name: path.read_bytes() for path in world.whole()}
    assert bytes_of
    subprocess.run([STENTOR, "restore", str(folder / "backup"), "--data", str(folder / "again")],
                   check=True, capture_output=True, timeout=60, env={**os.environ, "HOME": str(folder)})
    for place in ("backup", "again"):
        kept = {path.name: path.read_bytes()
                for path in (folder / place / "media/whole").rglob("*") if path.is_file()}
        assert kept == bytes_of, place


def main():
    with tempfile.TemporaryDirectory(prefix="stentor-uploads-") as name:
        folder = pathlib.Path(name)
        world = World(STENTOR, folder / "data")
        try:
            for test in (an_upload_outlives_kills, what_is_recalled_is_gone_from_the_disk,
                         what_is_recalled_at_once_is_read_by_nobody_else,
                         whoever_is_put_out_reads_nothing):
                test(world)
                print(f"ok: {test.__name__.replace('_', ' ')}")
            a_backup_holds_the_bytes(world, folder)
            print("ok: a backup holds the bytes")
        finally:
            world.server.__exit__()


main()
