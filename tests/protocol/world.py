"""The server under test, the people who use it, and its operator."""

import contextlib
import itertools
import os
import pathlib
import sys

from person import PASSWORD, Person, Refused, cmid, http

SYSTEM_TESTS = pathlib.Path(__file__).resolve().parents[1] / "system"


class OperatorMissing(Exception):
    """The case asks for an operator, and the suite was given none."""


class World:
    def __init__(self, address, operator=None, operator_key=""):
        self.address = address.rstrip("/")
        self.socket_url = self.address.replace("http", "ws", 1) + "/ws"
        self.operator = operator.rstrip("/") if operator else None
        self.operator_key = operator_key
        self.program = self.data = None  # Of a server of the suite's own.
        self._numbers = itertools.count(1)
        self._run = os.urandom(3).hex()
        self._people = []

    @classmethod
    @contextlib.contextmanager
    def started(cls, program):
        sys.path.insert(0, str(SYSTEM_TESTS))
        from server_under_test import Server
        with Server(program, "--set", "search.index=true") as server:
            data = server.folder / "data"
            address = (data / "admin-address").read_text().strip()
            key = os.popen(f"'{program}' token --admin --data '{data}'").read().strip()
            world = cls(f"http://127.0.0.1:{server.ports['http']}", address, key)
            world.program, world.data = program, data
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
        name = self.new_name(word)
        status, answer, _ = await self.request(
            "POST", "/api/v1/sign-up", {"name": name, "password": PASSWORD})
        assert status == 201, (status, answer)
        person = Person(self, name, answer["uid"], answer["token"])
        self._people.append(person)
        return person

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
            raise OperatorMissing
        status, answer, _ = await http(self.operator + "/admin/api" + path, method, content,
                                       token=self.operator_key)
        if status >= 400:
            raise Refused(answer["code"] if isinstance(answer, dict) else str(status))
        return answer
