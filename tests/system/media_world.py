"""A real server on a folder that stays, and two people who send each other files."""

import hashlib
import json
import signal
import urllib.error
import urllib.request

from server_under_test import (
    CREATE_GROUP, GROUP_READY, JOIN_GROUP, RECALL, SEND, SENT, Server, Talk, cmid, command, field,
    fields, hello)

DONE = 10
PART = 256 * 1024


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

    def __init__(self, program, data, *arguments):
        self.program = program
        self.data = data
        self.arguments = arguments
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
        self.server = Server(self.program, "--sends-per-second", "1000", *self.arguments, data=self.data)

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

    def recall(self, sent):
        with self.talk(self.ann) as ann:
            named = field(1, self.gid) + field(2, sent[5][0]) + field(3, sent[2][0])
            assert DONE in ann.answer(command(3, RECALL, named))

    def whole(self):
        return [path for path in (self.data / "media/whole").rglob("*") if path.is_file()]
