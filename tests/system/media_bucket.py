#!/usr/bin/env python3
"""Files that members send, kept in a bucket of a service that others wrote (s3rver). Between it and
the server stands a guard, which checks each signature (Signature Version 4) and plays a service
that is down.

    media_bucket.py STENTOR FOLDER_OF_S3RVER
"""

import hashlib
import hmac
import http.client
import http.server
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse

from media_world import World, asked, http as ask
from server_under_test import until

STENTOR, SERVICE = sys.argv[1], pathlib.Path(sys.argv[2])
KEY, SECRET = "S3RVER", "S3RVER"
BUCKET = "pictures"
REGION = "eu-test-1"
DICE = random.Random(36)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def signature(request, secret):
    """Of a request, as its service computes it; its Authorization says which headers count."""
    said = dict(part.strip().split("=", 1)
                for part in request.headers["Authorization"].split(" ", 1)[1].split(","))
    _, day, region, service, end = said["Credential"].split("/")
    path, _, query = request.path.partition("?")
    names = said["SignedHeaders"].split(";")
    canonical = "\n".join([
        request.command, urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"),
        "&".join(sorted(query.split("&"))),
        *(f"{name}:{' '.join(request.headers[name].split())}" for name in names), "",
        said["SignedHeaders"], request.headers["x-amz-content-sha256"]])
    text = "\n".join(["AWS4-HMAC-SHA256", request.headers["X-Amz-Date"],
                      f"{day}/{region}/{service}/{end}",
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4" + secret.encode()
    for part in (day, region, service, end, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names), names
    assert region == REGION and service == "s3"
    return said["Signature"], key.hex()


class Guard(http.server.ThreadingHTTPServer):
    """In front of the service on `port`. `down`: it answers nothing but 503."""

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), GuardHandler)
        self.behind = port
        self.down = False
        self.forged = []
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class GuardHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.command)
        given, right = signature(self, SECRET)
        told = self.headers["x-amz-content-sha256"]
        if given != right or told != hashlib.sha256(body).hexdigest():
            self.server.forged.append((self.command, self.path))
            return self.answer(403, {}, b"<Code>SignatureDoesNotMatch</Code>")
        if self.server.down:
            return self.answer(503, {}, b"<Code>SlowDown</Code>")
        service = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=10)
        service.request(self.command, self.path, body or None, dict(self.headers))
        answer = service.getresponse()
        self.answer(answer.status, dict(answer.getheaders()), answer.read())
        service.close()

    do_GET = do_PUT = do_HEAD = do_DELETE = relay

    def answer(self, status, headers, body):
        self.send_response(status)
        length = headers.get("Content-Length", len(body)) if self.command == "HEAD" else len(body)
        if status != 204:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Service:
    """s3rver, with one bucket in `folder`."""

    def __init__(self, folder):
        program = SERVICE / "node_modules/.bin/s3rver"
        assert program.exists(), f"{program} is missing: ./dev test fetches it"
        self.folder = folder / BUCKET
        self.port = free_port()
        self.process = subprocess.Popen(
            ["node", str(program), "-d", str(folder), "-a", "127.0.0.1", "-p", str(self.port), "-s",
             "--no-vhost-buckets", "--configure-bucket", BUCKET],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.answers, "s3rver answers", 30)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def objects(self):
        """Hashes of what lies there."""
        return {path.name.split("._S3rver_")[0] for path in self.folder.rglob("*_object")}

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def send(world, content, name="cat.png"):
    upload = world.begin(len(content), name)
    world.send(upload, content)
    return upload, world.finish(upload, content)


def what_was_sent_before_there_was_a_bucket(world, arguments):
    content = b"GIF89a" + DICE.randbytes(1000)
    _, address = send(world, content)
    world.say(address)
    world.arguments = arguments
    world.killed()
    assert ask(world.server, "GET", address, world.bob)[:2] == (200, content)
    return address


def a_file_lies_in_the_bucket_and_is_read_from_there(world, service, guard):
    content = b"\x89PNG\r\n\x1a\n" + DICE.randbytes(3 * 1024 * 1024)
    before = len(world.whole())
    upload, address = send(world, content)
    world.killed()
    assert world.finish(upload, content) == address, "asked again it is the same"
    sent = world.say(address)
    assert len(world.whole()) == before
    assert service.objects() == {hashlib.sha256(content).hexdigest()}
    assert ask(world.server, "GET", address, world.bob)[:2] == (200, content)
    status, part, headers = ask(world.server, "GET", address, world.bob,
                                headers={"Range": "bytes=1000000-1000099"})
    assert (status, part) == (206, content[1000000:1000100])
    puts = guard.asked.count("PUT")
    _, other = send(world, content)
    assert guard.asked.count("PUT") == puts, "the same bytes lie there already"
    kept = world.say(other)
    world.recall(sent)
    until(lambda: world.status(address, world.ann) == 404, "the recalled file is gone")
    assert ask(world.server, "GET", other, world.bob)[:2] == (200, content), "the other one is not"
    world.recall(kept)
    until(lambda: not service.objects(), "and with the last of them the bytes")


def a_bucket_that_is_down_costs_files_alone(world, service, guard):
    content = b"%PDF-1.7" + DICE.randbytes(70_000)
    upload = world.begin(len(content), "minutes.pdf")
    world.send(upload, content)
    guard.down = True
    status, refused = asked(world.server, "POST", upload + "/finish", world.ann,
                            {"sha256": hashlib.sha256(content).hexdigest()})
    assert (status, refused["code"], refused["field"]) == (503, "STORE_UNAVAILABLE", "bucket"), refused
    world.killed()  # Starts, and says so.
    assert "until the bucket answers" in (world.server.folder / "log").read_text()
    with world.talk(world.ann) as ann:
        assert ann is not None
    guard.down = False
    address = world.finish(upload, content)
    world.say(address)
    assert ask(world.server, "GET", address, world.bob)[:2] == (200, content)


def a_bucket_that_refuses_ends_the_start(folder, guard):
    key = folder / "other-key"
    key.write_text("other:key\n")
    for name, place, of in (("other-key", BUCKET, "the signature"), ("key", "nowhere", "the bucket")):
        ended = subprocess.run(
            [STENTOR, "serve", "--data", str(folder / "refused"), "--listen", "127.0.0.1:0",
             *settings(guard, folder / name, place)], capture_output=True, timeout=30, text=True)
        assert ended.returncode != 0 and "media.bucket: " in ended.stderr, (of, ended.stderr)
    assert len(guard.forged) == 1, guard.forged


def settings(guard, key, bucket=BUCKET):
    return ("--set", f"media.bucket=http://127.0.0.1:{guard.server_port}/{bucket}",
            "--set", f"media.bucket_region={REGION}", "--set", f"media.bucket_key={key}")


def main():
    with tempfile.TemporaryDirectory(prefix="stentor-bucket-") as name:
        folder = pathlib.Path(name)
        (folder / "key").write_text(f"{KEY}:{SECRET}\n")
        service = Service(folder / "s3")
        world = None
        try:
            guard = Guard(service.port)
            world = World(STENTOR, folder / "data")
            old = what_was_sent_before_there_was_a_bucket(world, settings(guard, folder / "key"))
            print("ok: what was sent before there was a bucket is read")
            a_file_lies_in_the_bucket_and_is_read_from_there(world, service, guard)
            print("ok: a file lies in the bucket and is read from there")
            a_bucket_that_is_down_costs_files_alone(world, service, guard)
            print("ok: a bucket that is down costs files alone")
            assert world.status(old, world.bob) == 200 and not guard.forged, guard.forged
            a_bucket_that_refuses_ends_the_start(folder, guard)
            print("ok: a bucket that refuses ends the start")
        finally:
            if world:
                world.server.__exit__()
            service.stop()


main()
