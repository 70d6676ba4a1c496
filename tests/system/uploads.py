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
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from server_under_test import (
    CHANGE_MEMBER, CREATE_GROUP, GROUP_READY, JOIN_GROUP, RECALL, SEND, SENT, Server, Talk,
    cmid, command, field, fields, hello, until)

STENTOR = sys.argv[1]
DONE, KICK = 10, 5
PART = 256 * 1024
DICE = random.Random(36)


def http(server, method, path, token, body=None, headers=None):
    """(status, bytes, headers)"""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.ports['http']}{path}", method=method, data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream",
                 **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), refused.headers


def asked(server, method, path, token, body=None):
    status, text, _ = http(server, method, path, token,
                           json.dumps(body).encode() if body is not None else None)
    return status, json.loads(text)


class World:
    """A server on a folder that stays; two members of one group."""

    def __init__(self, data):
        self.data = data
        self.server = None
        self.start()
        self.ann = self.server.account("Ann")
        self.bob = self.server.account("Bob")
        self.bob_id = self.server.request("GET", "/api/v1/me", headers={
            "Authorization": f"Bearer {self.bob}"})[1]["uid"]
        with self.talk(self.ann) as ann, self.talk(self.bob) as bob:
            ready = ann.answer(command(2, CREATE_GROUP, field(1, field(1, "Pictures")), field(2, cmid())))
            self.gid = fields(ready[GROUP_READY][0])[1][0]
            assert GROUP_READY in bob.answer(command(2, JOIN_GROUP, field(1, self.gid)))

    def start(self):
        self.server = Server(STENTOR, "--sends-per-second", "1000", data=self.data)

    def killed(self):
        """And started again."""
        self.server.process.send_signal(signal.SIGKILL)
        self.server.__exit__()
        self.start()

    def talk(self, token):
        talk = Talk(self.server.ports["tcp"])
        talk.answer(hello(token))
        return talk

    def begin(self, size, name="cat.png"):
        status, answer = asked(self.server, "POST", "/api/v1/uploads", self.ann,
                               {"group": self.gid, "name": name, "size": size})
        assert status == 201, (status, answer)
        return f"/api/v1/uploads/{answer['id']}"

    def send(self, upload, content, parts=10**6):
        """At most so many parts, from where the server says that it stands."""
        status, answer = asked(self.server, "GET", upload, self.ann)
        assert status == 200, answer
        at = answer["offset"]
        while at < len(content) and parts > 0:
            status, text, _ = http(self.server, "POST", f"{upload}/parts?offset={at}", self.ann,
                                   content[at:at + PART])
            assert status == 200, text
            at = json.loads(text)["offset"]
            parts -= 1
        return at

    def finish(self, upload, content):
        status, answer = asked(self.server, "POST", upload + "/finish", self.ann,
                               {"sha256": hashlib.sha256(content).hexdigest()})
        assert status == 200, (status, answer)
        return answer["address"]

    def say(self, address):
        attachment = field(1, "image") + field(4, address)
        with self.talk(self.ann) as ann:
            sent = ann.answer(command(2, SEND, field(1, self.gid), field(2, cmid()),
                                      field(5, field(4, attachment))))
        assert SENT in sent, sent
        return fields(sent[SENT][0])

    def status(self, address, token):
        return http(self.server, "GET", address, token)[0]

    def whole(self):
        return [path for path in (self.data / "media/whole").rglob("*") if path.is_file()]


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
    with world.talk(world.ann) as ann:
        recall = field(1, world.gid) + field(2, sent[5][0]) + field(3, sent[2][0])
        assert DONE in ann.answer(command(3, RECALL, recall))
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
    with world.talk(world.ann) as ann:
        recall = field(1, world.gid) + field(2, sent[5][0]) + field(3, sent[2][0])
        assert DONE in ann.answer(command(3, RECALL, recall))
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
        world = World(folder / "data")
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
