#!/usr/bin/env python3
"""Webhooks of a real server: what is written and who comes and goes is posted at least once and in
order, signed, to a receiver that fails first; and after a restart the hook goes on where it stopped.

    hooks.py STENTOR
"""

import hashlib
import hmac
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

from server_under_test import (
    CREATE_GROUP, GROUP_READY, JOIN_GROUP, SEND, SENT, Server, Talk, cmid, command, field, fields,
    hello, until)

LEAVE_GROUP, CHANGE_MEMBER, DONE = 23, 24, 10
SECRET = b"s3cret"


class Receiver:
    """Takes nothing at first; then each commit, checking the signature and the order."""

    def __init__(self, refusals):
        receiver = self
        self.refusals, self.posts, self.commits, self.wrong = refusals, [], {}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.send_response(receiver.take(self.headers, self.rfile.read(int(self.headers["content-length"]))))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def take(self, headers, body):
        self.posts.append(body)
        stamp, given = re.match(r"t=(\d+),v1=(\w+)$", headers["Stentor-Signature"]).groups()
        if given != hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest():
            self.wrong.append("signature")
        if self.refusals > 0:
            self.refusals -= 1
            return 500
        for commit in json.loads(body)["commits"]:
            if self.commits and commit["number"] > max(self.commits) + 1:
                self.wrong.append(f"a hole before {commit['number']}")
            self.commits[commit["number"]] = commit
        return 204

    def members(self):
        return [(each["event"], each["uid"], each["by"]) for _, commit in sorted(self.commits.items())
                for each in commit["members"]]

    def texts(self):
        return [entry["text"] for _, commit in sorted(self.commits.items()) for entry in commit["entries"]]


def uid_of(program, data, name):
    said = subprocess.run([program, "user", "list", name, "--data", data], capture_output=True, text=True,
                          check=True, timeout=60).stdout
    return int(said.split("\t")[0])


def come_and_go(program, server, receiver):
    tokens = {name: server.account(name) for name in ("Ann", "Bob")}
    data = str(server.folder / "data")
    ann_id, bob_id = uid_of(program, data, "Ann"), uid_of(program, data, "Bob")
    with Talk(server.ports["tcp"]) as ann, Talk(server.ports["tcp"]) as bob:
        for talk, name in ((ann, "Ann"), (bob, "Bob")):
            talk.answer(hello(tokens[name]))
        ready = ann.answer(command(2, CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid())))
        gid = fields(ready[GROUP_READY][0])[1][0]
        join = command(3, JOIN_GROUP, field(1, gid))

        def said(talk, message, kind):
            assert kind in talk.answer(message), kind

        said(bob, join, GROUP_READY)
        said(bob, command(4, SEND, field(1, gid), field(2, cmid()), field(5, field(1, "hello"))), SENT)
        said(bob, command(5, LEAVE_GROUP, field(1, gid)), DONE)
        said(bob, join, GROUP_READY)
        said(ann, command(6, CHANGE_MEMBER, field(1, gid), field(2, bob_id), field(5, 1)), DONE)  # kick
        said(bob, join, GROUP_READY)
        subprocess.run([program, "group", "ban", str(gid), "Bob", "--data", data], check=True, timeout=60,
                       capture_output=True)
        said(ann, command(7, CHANGE_MEMBER, field(1, gid), field(2, bob_id), field(6, 0)), DONE)  # ban: no
    until(lambda: len(receiver.members()) == 8, "all of it was posted", 30)
    assert receiver.members() == [
        ("joined", ann_id, ann_id), ("joined", bob_id, bob_id), ("left", bob_id, bob_id),
        ("joined", bob_id, bob_id), ("kicked", bob_id, ann_id), ("joined", bob_id, bob_id),
        ("banned", bob_id, 0), ("ban_lifted", bob_id, ann_id)], receiver.members()
    assert receiver.texts() == ["hello"], receiver.texts()
    assert all(commit["gid"] == gid for commit in receiver.commits.values())
    assert len(receiver.posts) > 3 and receiver.refusals == 0, "it failed first, and was asked again"
    assert not receiver.wrong, receiver.wrong


def main():
    program = sys.argv[1]
    receiver = Receiver(refusals=3)
    with tempfile.TemporaryDirectory() as folder:
        secret = pathlib.Path(folder) / "secret"
        secret.write_bytes(SECRET + b"\n")
        config = pathlib.Path(folder) / "stentor.toml"
        config.write_text(f'[outside]\nhooks = ["crm {receiver.url} {secret}"]\n')
        with Server(program, "--config", str(config)) as server:
            time.sleep(1)  # A new hook begins with what is written once it has looked.
            come_and_go(program, server, receiver)
    receiver.server.shutdown()
    print("ok")


main()
