"""A server of its own for a test, and just enough of its protocol to behave well, or badly."""

import base64
import json
import os
import pathlib
import re
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE_S = 10
PASSWORD = "correct horse battery"


def until(condition, what, within_s=PATIENCE_S):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"did not happen within {within_s} s: {what}")


class Server:
    """`stentor serve` on ports that the system gives, in a folder that goes with it; or on `data`,
    which stays."""

    def __init__(self, program, *arguments, accounts_per_minute=10000, data=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stentor-test-"))
        self.data = data or self.folder / "data"
        # Standard error into a file: nobody has to read a pipe.
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0",
             "--tcp", "127.0.0.1:0", "--accounts-per-minute", str(accounts_per_minute), *arguments],
            stdout=subprocess.PIPE, stderr=self.log)
        self.ports = {}
        self._learn_ports()

    def _learn_ports(self):
        end = time.monotonic() + 30
        text = b""
        while time.monotonic() < end and b"tcp://" not in text:
            ready, _, _ = select.select([self.process.stdout], [], [], 1)
            if ready:
                piece = os.read(self.process.stdout.fileno(), 4096)
                assert piece, f"the server ended: {(self.folder / 'log').read_text()}"
                text += piece
        time.sleep(0.1)
        if select.select([self.process.stdout], [], [], 0)[0]:
            text += os.read(self.process.stdout.fileno(), 4096)
        found = re.findall(rb"listening on (\w+)://([^\n]*?):(\d+)\n", text)
        for scheme, address, port in found:
            name = scheme.decode()
            self.ports[name if address == b"127.0.0.1" else f"{name}@{address.decode()}"] = int(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder)

    def alive(self):
        assert self.process.poll() is None, "the server is gone"
        return self.request("GET", "/healthz")[0] == 200

    def request(self, method, path, body=None, headers=None):
        """(status, parsed JSON or text)."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['http']}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text.decode(errors="replace")

    def account(self, name):
        status, answer = self.request("POST", "/api/v1/sign-up",
                                      {"name": name, "password": PASSWORD})
        assert status == 201, (status, answer)
        return answer["token"]

    def metric(self, name):
        """Of the private listener; `name` with its labels."""
        address = (self.data / "admin-address").read_text().strip()
        with urllib.request.urlopen(address + "/metrics", timeout=PATIENCE_S) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line[len(name) + 1:]) for line in lines if line.startswith(name + " "))

    def limit(self, name):
        """How often it acted."""
        return self.metric(f'stentor_limit_total{{limit="{name}"}}')

    def counter(self, name):
        return self.request("GET", "/api/v1/stats")[1][name]


# ---- Protobuf, as far as it is needed: https://protobuf.dev/programming-guides/encoding/


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(message):
    """{number: [values]}: ints, and bytes for what has a length."""
    found = {}
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = number()
        if tag & 7 == 0:
            value = number()
        else:
            size = number()
            value = message[at:at + size]
            at += size
        found.setdefault(tag >> 3, []).append(value)
    return found


# Of ClientFrame, then of ServerFrame.
HELLO, OPEN, SEND, PULL, RECALL, EDIT, SEARCH_ENTRIES = 2, 4, 6, 7, 10, 11, 19
CREATE_GROUP, JOIN_GROUP, CHANGE_MEMBER = 20, 22, 24
WELCOME, OPENED, SENT, REFUSED, RANGE, RESET, BATCH, HEAD, CHANGED = 2, 4, 5, 6, 7, 8, 11, 12, 13
FOUND_ENTRIES, GROUP_READY = 23, 24


def command(request_id, kind, *parts):
    return field(1, request_id) + field(kind, b"".join(parts))


def hello(token):
    return command(1, HELLO, field(1, token), field(2, 7), field(5, "test"), field(6, 1))


def cmid():
    stamp = int(time.time() * 1000).to_bytes(6, "big")
    raw = bytearray(stamp + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return bytes(raw)


class Socket:
    """A blocking byte stream."""

    def __init__(self, port, tls=None, address="127.0.0.1", receive_bytes=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_bytes is not None:  # Before it connects: the window's scale follows from it.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect((address, port))
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        try:
            piece = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            piece = b""
        self.bytes += piece
        return bool(piece)

    def take(self, count):
        while len(self.bytes) < count:
            if not self.more():
                return None
        piece, self.bytes = self.bytes[:count], self.bytes[count:]
        return piece

    def head(self):
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                return b""
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        return head

    def ends(self):
        """Whether the peer ends the stream in time, whatever it says before."""
        try:
            while self.more():
                pass
        except TimeoutError:
            return False
        return True


class Talk(Socket):
    """The protocol over TCP."""

    def frame(self, message):
        self.send(len(message).to_bytes(4, "big") + message)

    def read(self):
        """The next ServerFrame's fields; None at the end."""
        length = self.take(4)
        return None if length is None else fields(self.take(int.from_bytes(length, "big")))

    def answer(self, message):
        self.frame(message)
        request_id = fields(message)[1][0]
        while (answer := self.read()) is not None:
            if answer.get(1) == [request_id]:
                return answer
        return None

    def refusal(self, message):
        answer = self.answer(message)
        assert answer is not None and REFUSED in answer, answer
        return fields(answer[REFUSED][0])[1][0]


class WebSocket(Socket):
    """RFC 6455, each bit as the test wants it."""

    def __init__(self, port, origin=None, extra=b""):
        super().__init__(port)
        key = base64.b64encode(os.urandom(16))
        self.send(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
                  b"Sec-WebSocket-Protocol: stentor.v1\r\n" % (port, key)
                  + (b"Origin: %s\r\n" % origin if origin else b"") + extra + b"\r\n")
        head = self.head()
        self.status = int(head[9:12])
        self.answer_head = head.lower()

    def frame(self, payload, opcode=2, first=None, length=None, masked=True):
        first = 0x80 | opcode if first is None else first
        if length is None:
            size = len(payload)
            length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
        mask = os.urandom(4)
        body = bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload
        lead = bytes([length[0] | (0x80 if masked else 0)]) + length[1:]
        self.send(bytes([first]) + lead + (mask if masked else b"") + body)

    def read(self):
        """(opcode, payload) of the next frame; None at the end."""
        lead = self.take(2)
        if lead is None:
            return None
        size = lead[1]
        if size >= 126:
            size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
        return lead[0] & 0x0F, self.take(size)

    def close_code(self):
        while (frame := self.read()) is not None:
            if frame[0] == 8:
                return int.from_bytes(frame[1][:2], "big")
        return None
