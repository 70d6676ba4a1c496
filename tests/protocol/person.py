"""People and their connections. A connection keeps what came unasked until a case asks for it."""

import asyncio
import json
import os
import time
import urllib.error
import urllib.request

import websockets

from log import Log
from wire import Body, ClientFrame, ServerFrame, code_name

WITHIN_S = 10
PASSWORD = "correct horse battery"


class Refused(Exception):
    """The server's answer to a command, or to a request over HTTP."""

    def __init__(self, code, field="", limit=0, retry_after_ms=0, rule="", gid=0):
        super().__init__(f"{code} field={field!r} limit={limit} rule={rule!r}")
        self.code, self.field, self.limit = code, field, limit
        self.retry_after_ms, self.rule, self.gid = retry_after_ms, rule, gid


class Closed(Exception):
    """The server ended the connection."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


def cmid(at_ms=None):
    """A UUIDv7 (RFC 9562, section 5.7)."""
    stamp = int(time.time() * 1000) if at_ms is None else at_ms
    raw = bytearray(stamp.to_bytes(6, "big") + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return bytes(raw)


def body(text, **fields):
    return Body(text=text, **fields).SerializeToString()


class Connection:
    """One WebSocket after its Hello. Commands are named as in ClientFrame."""

    def __init__(self, socket):
        self.socket = socket
        self.welcome = None
        self.waiting = {}  # request_id -> future
        self.unasked = []
        self.news = asyncio.Event()
        self.ended = None  # The close code.
        self.last_request = 1
        self.logs = {}
        self.reader = None

    @classmethod
    async def open(cls, url, token, device=7, user_log_seq=0, resume=(), **options):
        socket = await websockets.connect(
            url, subprotocols=["stentor.v1"], max_size=1 << 24, compression=None,
            ping_interval=None, open_timeout=WITHIN_S, **options)
        connection = cls(socket)
        connection.reader = asyncio.create_task(connection._read())
        frame = ClientFrame(request_id=1)
        frame.hello.token = token
        frame.hello.device = device
        frame.hello.version = 1
        frame.hello.client = "protocol suite"
        frame.hello.user_log_seq = user_log_seq
        for gid, epoch, seq in resume:
            frame.hello.resume.add(gid=gid, epoch=epoch, seq=seq)
        connection.welcome = await connection.say(frame)
        return connection

    async def close(self):
        await self.socket.close()
        if self.reader is not None:
            await asyncio.gather(self.reader, return_exceptions=True)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()

    # ---- Asking

    async def ask(self, command, **fields):
        """The answer, without its frame; a refusal is raised."""
        return await self.say(self.frame_of(command, **fields))

    def frame_of(self, command, **fields):
        self.last_request += 1
        frame = ClientFrame(request_id=self.last_request)
        message = getattr(frame, command)
        message.SetInParent()
        for name, value in fields.items():
            if isinstance(value, (list, tuple)):
                getattr(message, name).extend(value)
            elif isinstance(value, dict):
                inner = getattr(message, name)
                inner.SetInParent()
                for key, one in value.items():
                    setattr(inner, key, one)
            else:
                setattr(message, name, value)
        return frame

    async def say(self, frame):
        future = self.expect(frame.request_id)
        await self.write(frame.SerializeToString())
        return await self.answer_of(future)

    def expect(self, request_id):
        future = asyncio.get_running_loop().create_future()
        self.waiting[request_id] = future
        return future

    async def write(self, data):
        try:
            await self.socket.send(data)
        except websockets.ConnectionClosed as closed:
            raise Closed(closed.rcvd.code if closed.rcvd else 1006) from None

    @staticmethod
    async def answer_of(future):
        frame = await asyncio.wait_for(future, WITHIN_S)
        return event_of(frame)

    # ---- What comes unasked

    async def push(self, kind, where=lambda event: True, within_s=WITHIN_S):
        """The first unasked event of this kind that `where` takes; it is taken out."""
        end = time.monotonic() + within_s
        while True:
            for place, frame in enumerate(self.unasked):
                if frame.WhichOneof("event") == kind and where(getattr(frame, kind)):
                    del self.unasked[place]
                    return getattr(frame, kind)
            if self.ended is not None:
                raise Closed(self.ended)
            rest = end - time.monotonic()
            if rest <= 0:
                heard = [frame.WhichOneof("event") for frame in self.unasked]
                raise AssertionError(f"no {kind} within {within_s} s; heard {heard}")
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), rest)
            except asyncio.TimeoutError:
                pass

    def heard(self, kind):
        return [getattr(frame, kind) for frame in self.unasked if frame.WhichOneof("event") == kind]

    async def close_code(self, within_s=WITHIN_S):
        await asyncio.wait_for(asyncio.shield(self.reader), within_s)
        return self.ended

    async def _read(self):
        try:
            async for data in self.socket:
                frame = ServerFrame.FromString(data)
                future = self.waiting.pop(frame.request_id, None) if frame.request_id else None
                if future is None:
                    self.unasked.append(frame)
                    self.news.set()
                elif not future.done():
                    future.set_result(frame)
        except websockets.ConnectionClosed:
            pass
        self.ended = self.socket.close_code or 1006
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(Closed(self.ended))
        self.news.set()

    # ---- Groups

    async def open_group(self, gid):
        """Opens it with what this connection's model holds, and applies the answer."""
        log = self.logs.setdefault(gid, Log(gid))
        opened = await self.ask("open", gid=gid, epoch=log.epoch, seq=log.last)
        log.take_opened(opened)
        return opened

    async def send(self, gid, text, **fields):
        fields.setdefault("cmid", cmid())
        fields.setdefault("body", body(text))
        return await self.ask("send", gid=gid, **fields)

    async def follow(self, gid, seq, within_s=WITHIN_S):
        """Applies pushes until the log reaches `seq`; pulls where the server says only a head."""
        log = self.logs[gid]
        end = time.monotonic() + within_s
        while log.last < seq:
            for kind in ("batch", "head"):
                for frame in [one for one in self.unasked if one.WhichOneof("event") == kind]:
                    if getattr(frame, kind).gid == gid:
                        self.unasked.remove(frame)
                        if kind == "batch" and frame.batch.first_seq <= log.last + 1:
                            log.take_batch(frame.batch)
            if log.last >= seq:
                break
            assert time.monotonic() < end, f"at {log.last}, not at {seq}"
            if self.heard("head"):
                log.take_range(await self.pull(gid, log.last + 1, seq))
            await asyncio.sleep(0.02)
        return log

    async def pull(self, gid, first, last):
        return await self.ask("pull", gid=gid, epoch=self.logs[gid].epoch, **{
            "from": first, "to": last})


def event_of(frame):
    kind = frame.WhichOneof("event")
    event = getattr(frame, kind)
    if kind == "refused":
        raise Refused(code_name(event.code), event.field, event.limit, event.retry_after_ms,
                      event.rule, event.gid)
    return event


class Person:
    """An account, and the way to its connections."""

    def __init__(self, world, name, uid, token):
        self.world, self.name, self.uid, self.token = world, name, uid, token
        self.connections = []

    async def connect(self, **options):
        connection = await Connection.open(self.world.socket_url, self.token, **options)
        self.connections.append(connection)
        return connection

    async def request(self, method, path, content=None):
        return await self.world.request(method, path, content, token=self.token)


async def http(url, method, content=None, token=None, headers=None):
    """(status, JSON or text, headers)."""

    def call():
        request = urllib.request.Request(
            url, method=method, data=None if content is None else json.dumps(content).encode(),
            headers={**({"Content-Type": "application/json"} if content is not None else {}),
                     **({"Authorization": f"Bearer {token}"} if token else {}),
                     **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    status, data, answered = await asyncio.get_running_loop().run_in_executor(None, call)
    try:
        return status, json.loads(data), answered
    except ValueError:
        return status, data.decode(errors="replace"), answered
