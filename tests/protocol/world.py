"""The server under test, the people who use it, and its operator."""

import asyncio
import contextlib
import http.client as http_client
import itertools
import json
import os
import pathlib
import sys
import tempfile
import time
from urllib.parse import urlsplit

import jwt_of
from person import PASSWORD, Person, Refused, cmid, http

SYSTEM_TESTS = pathlib.Path(__file__).resolve().parents[1] / "system"
# Of a server of the suite's own: a page elsewhere that may use it, and a system whose tokens it takes.
LISTED_ORIGIN = "https://page.example"
ISSUER = "https://id.example"
LISTED_WORD = "unspeakable"  # Of its word list.


class Missing(Exception):
    """The case asks for something that the suite was not given; its words say what."""


class World:
    def __init__(self, address, operator=None, operator_key=""):
        self.address = address.rstrip("/")
        self.socket_url = self.address.replace("http", "ws", 1) + "/ws"
        self.operator = operator.rstrip("/") if operator else None
        self.operator_key = operator_key
        self.outside_key = None  # Of a server of the suite's own.
        self._numbers = itertools.count(1)
        self._run = os.urandom(3).hex()
        self._people = []

    @classmethod
    @contextlib.contextmanager
    def started(cls, program):
        sys.path.insert(0, str(SYSTEM_TESTS))
        from server_under_test import Server
        with tempfile.NamedTemporaryFile(prefix="stentor-suite-") as secret, \
                tempfile.NamedTemporaryFile(prefix="stentor-suite-") as words:
            words.write(LISTED_WORD.encode())
            words.flush()
            key = os.urandom(32).hex().encode()
            secret.write(key)
            secret.flush()
            with Server(program, "--set", "search.index=true", "--origin", LISTED_ORIGIN,
                        "--set", f"safety.words={words.name}",
                        "--set", f"outside.tokens=HS256 {ISSUER} {secret.name}") as server:
                data = server.folder / "data"
                address = (data / "admin-address").read_text().strip()
                admin = os.popen(f"'{program}' token --admin --data '{data}'").read().strip()
                world = cls(f"http://127.0.0.1:{server.ports['http']}", address, admin)
                world.outside_key = key
                yield world

    async def close(self):
        for person in self._people:
            for connection in person.connections:
                await connection.close()

    def new_name(self, word="Person"):
        """Letters alone: a name says nothing that a rule for names could mind."""
        number = next(self._numbers)
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        tag = "".join(chr(ord("k") + int(digit, 16)) for digit in self._run)
        return f"{word} {tag}{letters}"

    async def request(self, method, path, content=None, **options):
        return await http(self.address + path, method, content, **options)

    async def person(self, word="Person"):
        """A new account. Where another system's tokens are taken it comes by one of those: a server
        hashes each password at a deliberate price, and most cases need none."""
        if self.outside_key is None:
            return await self.signed_up(word)
        name = self.new_name(word)
        token = self.outside_token(name, time.time() + 3600)
        status, answer, _ = await self.request("POST", "/api/v1/exchange", {"token": token})
        assert status == 200, (status, answer)
        return self._met(Person(self, name, answer["uid"], answer["token"]))

    async def signed_up(self, word="Person"):
        """A new account whose password is PASSWORD."""
        name = self.new_name(word)
        status, answer, _ = await self.request(
            "POST", "/api/v1/sign-up", {"name": name, "password": PASSWORD})
        assert status == 201, (status, answer)
        return self._met(Person(self, name, answer["uid"], answer["token"]))

    def outside_token(self, name, expires_s):
        if self.outside_key is None:
            raise Missing("needs --start")
        return jwt_of.signed(self.outside_key, {"iss": ISSUER, "sub": name, "name": name,
                                                "exp": int(expires_s)})

    def _met(self, person):
        self._people.append(person)
        return person

    def person_of(self, connection):
        return next(one for one in self._people if connection in one.connections)

    async def connected(self, count=1, **options):
        """`count` new people, each with a connection."""
        people = [await self.person() for _ in range(count)]
        connections = [await person.connect(**options) for person in people]
        return connections[0] if count == 1 else connections

    async def group(self, owner, *others, **settings):
        """A group that `owner` (a connection) makes, with `others` in it."""
        settings.setdefault("name", self.new_name("Group"))
        ready = await owner.ask("create_group", settings=settings, cmid=cmid())
        for other in others:
            await other.ask("join_group", gid=ready.gid)
        return ready.gid

    async def operate(self, method, path, content=None):
        """A request of the operator's; what it answers, or Refused."""
        if self.operator is None:
            raise Missing("needs --operator")
        status, answer, _ = await http(self.operator + "/admin/api" + path, method, content,
                                       token=self.operator_key)
        if status >= 400:
            raise Refused(answer["code"] if isinstance(answer, dict) else str(status))
        return answer

    async def operate_often(self, path, content, times):
        """The operator's same POST so many times, over one connection that is kept."""
        if self.operator is None:
            raise Missing("needs --operator")

        def run():
            client = http_client.HTTPConnection(urlsplit(self.operator).netloc, timeout=30)
            for _ in range(times):
                client.request("POST", "/admin/api" + path, json.dumps(content), {
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self.operator_key}"})
                answer = client.getresponse()
                text = answer.read()
                assert answer.status < 300, (answer.status, text)
            client.close()
        await asyncio.get_running_loop().run_in_executor(None, run)
