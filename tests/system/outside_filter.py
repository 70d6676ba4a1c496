#!/usr/bin/env python3
"""An outside filter of a real server: it is shown whatever a person brings before others, with its
kind, and what it refuses comes before nobody; while it is down nothing passes, where the operator
wants it so. And the operator finds accounts by their names in any case.

    outside_filter.py STENTOR
"""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

from server_under_test import (
    CREATE_GROUP, EDIT, GROUP_READY, PASSWORD, REFUSED, SEND, SENT, Server, Talk, cmid, command, field,
    fields, hello)

STENTOR = sys.argv[1]
CONFIGURE_GROUP = 21
FILTERED, OVERLOADED = 306, 201


class Filter(http.server.ThreadingHTTPServer):
    """Refuses what holds "casino"; fails while it is `down`."""

    def __init__(self):
        self.asked = []
        self.down = False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(question)
                allow = "casino" not in question["text"]
                body = json.dumps({"allow": allow, "rule": "" if allow else "gambling"}).encode()
                self.send_response(500 if outer.down else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, daemon=True).start()


def refused(answer):
    """(code, field, rule)"""
    assert answer is not None and REFUSED in answer, answer
    told = fields(answer[REFUSED][0])
    return told[1][0], told.get(2, [b""])[0].decode(), told.get(5, [b""])[0].decode()


def sign_up(server, name):
    return server.request("POST", "/api/v1/sign-up", {"name": name, "password": PASSWORD})


def all_ways(gid, text):
    """(kind, field of a refusal, command) for each way in which Ann can bring `text` before people."""
    name = field(3, field(1, text)), field(4, "name")
    both = field(3, field(6, text) + field(7, text)), field(4, "welcome"), field(4, "topic")
    yield "message", "body", command(3, SEND, field(1, gid), field(2, cmid()), field(5, field(1, text)))
    yield "edit", "body", command(4, EDIT, field(1, gid), field(2, 1), field(3, 1), field(5, field(1, text)))
    yield "group", "settings.name", command(5, CONFIGURE_GROUP, field(1, gid), *name)
    yield "group", "settings", command(6, CONFIGURE_GROUP, field(1, gid), *both)
    yield "group", "settings.name", command(7, CREATE_GROUP, field(1, field(1, text)), field(2, cmid()))


def texts_come_before_people_only_when_the_filter_lets_them(server, service):
    token = server.account("Ann")
    assert service.asked.pop() == {"kind": "account", "gid": 0, "uid": 0, "text": "Ann",
                                   "texts": [{"field": "name", "text": "Ann"}]}
    status, answer = sign_up(server, "casino Bob")
    assert (answer["code"], answer["field"], answer["rule"]) == ("FILTERED", "name", "filter"), (status, answer)
    assert sign_up(server, "Bob")[0] == 201, "the name was not taken by what was refused"
    with Talk(server.ports["tcp"]) as ann:
        ann.answer(hello(token))
        ready = ann.answer(command(2, CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid())))
        gid = fields(ready[GROUP_READY][0])[1][0]
        assert service.asked.pop()["text"] == "Club"
        assert SENT in ann.answer(command(3, SEND, field(1, gid), field(2, cmid()), field(5, field(1, "fine"))))
        for kind, named, frame in all_ways(gid, "to the casino"):
            assert refused(ann.answer(frame)) == (FILTERED, named, "gambling"), (kind, named)
            assert service.asked.pop()["kind"] == kind, kind
        service.down = True
        for kind, named, frame in all_ways(gid, "fine"):
            assert refused(ann.answer(frame)) == (OVERLOADED, named, "filter"), (kind, named)
        status, answer = sign_up(server, "Cho")
        assert status == 503 and answer["code"] == "OVERLOADED", (status, answer)
        service.down = False
        for kind, _, frame in all_ways(gid, "fine again"):
            assert REFUSED not in ann.answer(frame), kind
    assert sign_up(server, "Cho")[0] == 201


def accounts_are_found_in_any_case(server, _):
    for name in ("Иван", "Иванна", "Zoë"):
        assert sign_up(server, name)[0] == 201
    for prefix, found in (("иВАН", ["Иван", "Иванна"]), ("ZOË", ["Zoë"]), ("zoe\u0308", ["Zoë"]), ("ива́", [])):
        said = subprocess.run([STENTOR, "user", "list", prefix, "--data", server.data],
                              capture_output=True, text=True, timeout=60, check=True).stdout
        assert [line.split()[-1] for line in said.splitlines() if line] == found, (prefix, said)


def main():
    with tempfile.TemporaryDirectory(prefix="stentor-filter-") as folder:
        secret = pathlib.Path(folder) / "secret"
        secret.write_text("secret\n")
        service = Filter()
        settings = {"filter": f"http://127.0.0.1:{service.server_port}/", "filter_secret": secret,
                    "filter_failing": "closed"}
        wanted = [part for key, value in settings.items() for part in ("--set", f"safety.{key}={value}")]
        with Server(STENTOR, "--sends-per-second", "1000", "--sends-burst", "1000", *wanted) as server:
            for check in (texts_come_before_people_only_when_the_filter_lets_them,
                          accounts_are_found_in_any_case):
                check(server, service)
                print("ok", check.__name__, flush=True)


main()
