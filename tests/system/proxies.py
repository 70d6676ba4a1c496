"""TLS, and the server behind nginx and haproxy, with the example configurations of deploy/.

Usage: proxies.py STENTOR ROOT. What is not installed is said, and not checked. It runs in a network of
its own, in which the kernel's bounds are those of deploy/sysctl.d/.
"""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

from server_under_test import (BATCH, CREATE_GROUP, GROUP_READY, HEAD, JOIN_GROUP, OPEN, OPENED,
                               PULL, RANGE, REFUSED, SEND, SENT, Server, Socket, Talk, WebSocket,
                               cmid, command, field, fields, hello, until)

STARTED = time.monotonic()


def progress(words):
    print(f"   {time.monotonic() - STARTED:6.1f} s  {words}", flush=True)


# So that one member may say much at once.
LOUD = ["--sends-per-second", "1000", "--sends-burst", "1000",
        "--set", "safety.busy_entries_per_second=0", "--set", "safety.repeats=0",
        "--set", "server.pulse=2 s"]


def certificate(folder, days=2):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", str(days), "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)


def trusting(folder):
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def seconds_in(text, pattern):
    """All times that the pattern finds in a file, in seconds; at least one."""
    units = {"s": 1, "m": 60}
    found = [int(n) * units[unit] for n, unit in re.findall(pattern + r" +(\d+)([sm])", text)]
    assert found, pattern
    return found


def longest_pulse_s():
    limits = (pathlib.Path(sys.argv[2]) / "src/base/limits.h").read_text()
    return int(re.search(r"kPulseAtMost = (\d+)s;", limits)[1])


# What cuts a connection that is quiet, in each file.
IDLE = {"nginx.conf": [r"proxy_read_timeout"], "haproxy.cfg": [r"timeout client", r"timeout server"]}


def idle_times_fit_the_pulse(_program, _folder):
    """Of what is shipped: more than two of the longest pulses."""
    for file, patterns in IDLE.items():
        text = (pathlib.Path(sys.argv[2]) / "deploy" / file).read_text()
        for pattern in patterns:
            for idle_s in seconds_in(text, pattern):
                assert idle_s > 2 * longest_pulse_s(), f"{file}: {pattern} {idle_s} s"


PULSE_S = 2


def scaled(file):
    """The file's idle times, at the scale of a pulse of PULSE_S instead of the longest."""
    text = (pathlib.Path(sys.argv[2]) / "deploy" / file).read_text()
    return {f"{pattern.replace(chr(92), '')} {idle_s}s":
            f"{pattern} {max(1, idle_s * PULSE_S // longest_pulse_s())}s"
            for pattern in IDLE[file] for idle_s in set(seconds_in(text, pattern))}


def stays_through_pulses(talk):
    """Whoever is quiet hears three pulses and more, and is not cut."""
    end = time.monotonic() + 3.5 * PULSE_S
    pulses = 0
    while time.monotonic() < end:
        frame = talk.read()
        assert frame is not None, f"cut after {pulses} pulses"
        pulses += 1
    assert pulses >= 3, pulses
    progress(f"{pulses} pulses")


class WebTalk(WebSocket):
    """The protocol over a WebSocket through TLS."""

    def __init__(self, port, tls, receive_bytes=None):
        Socket.__init__(self, port, tls, receive_bytes=receive_bytes)
        self.send(b"GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: https://localhost:%d\r\n"
                  b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  b"Sec-WebSocket-Protocol: stentor.v1\r\n\r\n" % (port, port))
        head = self.head()
        assert b" 101 " in head, head

    def read(self):
        frame = WebSocket.read(self)
        return None if frame is None or frame[0] == 8 else fields(frame[1])

    def answer(self, message):
        self.frame(message)
        request_id = fields(message)[1][0]
        while (answer := self.read()) is not None:
            if answer.get(1) == [request_id]:
                return answer
        return None


STUCK = 100
STUCK_BYTES_MAX = 512 * 1024
# Of 8,000 bytes each; together they are four times the bound.
STUCK_MESSAGES = 260
AT_ONCE = 8
WARM_ROUNDS, WARM_MESSAGES = 2, 24
# Where the kernel had to drop something, it is sent again after seconds.
READ_WITHIN_S = 60
# What a reader's own kernel holds is not the proxy's: here both are one machine, and left to itself
# it would grow with how fast this test happens to read.
READER_BYTES = 64 * 1024


class Reader:
    """Follows a group to a seq; where the server says only a head, because we were slow, it pulls."""

    def __init__(self, talk, token, gid):
        self.talk, self.gid, self.last = talk, gid, 0
        self.pulls = 0
        talk.socket.settimeout(READ_WITHIN_S)
        talk.answer(hello(token))
        talk.answer(command(2, JOIN_GROUP, field(1, gid)))
        answer = talk.answer(command(3, OPEN, field(1, gid)))
        assert answer is not None and OPENED in answer, answer
        self.epoch = fields(answer[OPENED][0])[2][0]

    def pull(self, to):
        self.pulls += 1
        self.talk.frame(command(3 + self.pulls, PULL, field(1, self.gid), field(2, self.epoch),
                                field(3, self.last + 1), field(4, to)))

    def follow(self, seq):
        end = time.monotonic() + READ_WITHIN_S
        asked = False
        while self.last < seq:
            # A read alone would wait for ever: pulses come to whoever gets nothing else, too.
            assert time.monotonic() < end, f"a reader came to {self.last}, not to {seq}"
            frame = self.talk.read()
            assert frame is not None, f"a reader was cut at {self.last}, before {seq}"
            for place, entries in ((BATCH, 4), (RANGE, 5)):
                for run in map(fields, frame.get(place, [])):
                    if run[3][0] <= self.last + 1:
                        self.last = max(self.last, run[3][0] + len(run.get(entries, [])) - 1)
            if REFUSED in frame:
                refusal = fields(frame[REFUSED][0])
                assert 200 <= refusal[1][0] < 300, refusal
                time.sleep(refusal.get(4, [100])[0] / 1000)
            asked = asked and not {RANGE, REFUSED} & frame.keys()
            if not asked and self.last < seq and {HEAD, RANGE, REFUSED} & frame.keys():
                self.pull(seq)
                asked = True


def stuck_readers_cost_little(server, connect):
    """100 that stop reading draw from the server what the proxy's buffers hold, and no more."""
    with Talk(server.ports["tcp"]) as writer, contextlib.ExitStack() as open_talks:
        writer.answer(hello(server.account("writer")))
        made = writer.answer(command(2, CREATE_GROUP, field(1, field(1, "Loud")), field(2, cmid())))
        gid = fields(made[GROUP_READY][0])[1][0]
        # One has 64 connections at most, and a budget for what they pull.
        tokens = [server.account(f"stuck{i}") for i in range(4)]
        stuck = [Reader(open_talks.enter_context(connect()), tokens[i % len(tokens)], gid)
                 for i in range(STUCK)]
        progress(f"{STUCK} connected")
        said = 0

        def say(count):
            """As many at once as may be unanswered, so that a slow disk is waited for less often."""
            nonlocal said
            for begun in range(said, said + count, AT_ONCE):
                numbers = range(begun + 1, min(begun + AT_ONCE, said + count) + 1)
                for n in numbers:
                    writer.frame(command(n + 9, SEND, field(1, gid), field(2, cmid()),
                                         field(5, field(1, f"{n} " + "x" * 8000))))
                missing = len(numbers)
                while missing > 0:
                    answer = writer.read()
                    assert answer is not None and REFUSED not in answer, answer
                    missing -= SENT in answer
            said += count

        # The kernel gives more to whoever has read fast for a while.
        for turn in range(WARM_ROUNDS):
            say(WARM_MESSAGES)
            for reader in stuck:
                reader.follow(said)
            progress(f"read {said} messages")
        before = server.counter("bytes_out")
        say(STUCK_MESSAGES)
        time.sleep(2)
        each = (server.counter("bytes_out") - before) // STUCK
        progress(f"a stuck reader: {each // 1024} KiB")
        assert each <= STUCK_BYTES_MAX, each


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def https(port, tls, path="/healthz", headers=None):
    request = urllib.request.Request(f"https://localhost:{port}{path}", headers=headers or {})
    with urllib.request.urlopen(request, timeout=10, context=tls) as answer:
        return answer.status


def direct_tls(program, folder):
    certificate(folder)
    settings = ["--https", "127.0.0.1:0", "--set", "listen.tcp_tls=127.0.0.1:0",
                "--set", f"listen.certificate={folder / 'cert.pem'}",
                "--set", f"listen.key={folder / 'key.pem'}"]
    with Server(program, *settings) as server:
        until(lambda: {"https", "tcps"} <= server.ports.keys(), "all listen")
        tls = trusting(folder)
        assert https(server.ports["https"], tls) == 200
        token = server.account("tls")
        with Talk(server.ports["tcps"], tls) as talk:
            assert 2 in talk.answer(hello(token))
            assert talk.socket.version() == "TLSv1.3"
        # Plain HTTP to a TLS port is told so; a session of the terminal, too, goes through TLS.
        with Socket(server.ports["https"]) as plain:
            plain.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 400 " in plain.head()
        done = subprocess.run(
            [program, "chat", "--tls", "--ca", folder / "cert.pem", "--server",
             f"localhost:{server.ports['tcps']}"], input=b"/create Sealed\nhello\n",
            capture_output=True, timeout=60, env={**os.environ, "STENTOR_TOKEN": token})
        assert done.returncode == 0 and b"tls: hello" in done.stdout, done
        # A new certificate is taken on SIGHUP, a spoilt one is not.
        old = trusting(folder)
        certificate(folder)
        server.process.send_signal(signal.SIGHUP)
        new = trusting(folder)

        def taken(by):
            try:
                return https(server.ports["https"], by) == 200
            except OSError:
                return False

        until(lambda: taken(new), "the new certificate")
        assert not taken(old)
        (folder / "cert.pem").write_text("spoilt")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "the certificate stays" in (server.folder / "log").read_text(), "it is said")
        assert taken(new)


class Proxy:
    """A proxy of deploy/, with its ports and files put in the places of the example's."""

    def __init__(self, folder, example, replaced, command):
        text = (pathlib.Path(sys.argv[2]) / "deploy" / example).read_text()
        for old, new in replaced.items():
            assert old in text, f"{old} is not in deploy/{example}"
            text = text.replace(old, new)
        path = folder / example
        path.write_text(text)
        self.process = subprocess.Popen([*command, str(path)], stderr=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def let_through(port, tls, forwarded):
    """How many of 40 sign-ins of one address the limit lets through, each with a header of its own."""
    body = json.dumps({"name": "nobody", "password": "wrong password"})
    count = 0
    for turn in range(40):
        # Not from the address that is listed as a proxy's.
        client = http.client.HTTPSConnection("localhost", port, timeout=10, context=tls,
                                             source_address=("127.0.0.5", 0))
        client.request("POST", "/api/v1/sign-in", body,
                       {"Content-Type": "application/json", "X-Forwarded-For": forwarded(turn)})
        count += client.getresponse().status != 429
        client.close()
    return count


def behind_nginx(program, folder):
    certificate(folder)
    with Server(program, "--set", "listen.trusted_proxies=127.0.0.1", *LOUD,
                accounts_per_minute=60) as server:
        port = free_port()
        replaced = {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "127.0.0.1:8080": f"127.0.0.1:{server.ports['http']}",
            "/etc/stentor/tls/cert.pem": str(folder / "cert.pem"),
            "/etc/stentor/tls/key.pem": str(folder / "key.pem"),
            "/run/nginx.pid": str(folder / "nginx.pid"),
            **scaled("nginx.conf"),
        }
        command = ["nginx", "-p", str(folder), "-e", str(folder / "nginx.log"),
                   "-g", "daemon off;", "-c"]
        with Proxy(folder, "nginx.conf", replaced, command):
            until(lambda: listens(port), "nginx listens")
            tls = trusting(folder)
            assert https(port, tls) == 200
            with WebTalk(port, tls) as talk:
                assert 2 in talk.answer(hello(server.account("quiet")))
                stays_through_pulses(talk)
            if IN_OWN_NETWORK:
                stuck_readers_cost_little(server, lambda: WebTalk(port, tls, READER_BYTES))
            else:
                print("*** NOT CHECKED: stuck readers behind nginx, no network of its own ***")
            # Whoever writes addresses of their own into the header stays the one that they are.
            spoofed = let_through(port, tls, lambda turn: f"203.0.113.{turn}")
            assert spoofed < 30, f"a forged X-Forwarded-For was believed: {spoofed}"


def behind_haproxy(program, folder):
    certificate(folder)
    (folder / "both.pem").write_text(
        (folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    with Server(program, "--listen", "127.0.0.2:0", "--tcp", "127.0.0.2:0",
                "--set", "listen.proxy_protocol=127.0.0.2:0",
                "--set", "listen.trusted_proxies=127.0.0.1", *LOUD) as server:
        until(lambda: "tcp@127.0.0.2" in server.ports, "all listen")
        behind = server.ports["http@127.0.0.2"]
        web, tcp = free_port(), free_port()
        replaced = {
            "bind :443": f"bind 127.0.0.1:{web}",
            "bind :4443": f"bind 127.0.0.1:{tcp}",
            "127.0.0.1:8081": f"127.0.0.2:{behind}",
            "127.0.0.1:8082": f"127.0.0.2:{server.ports['tcp@127.0.0.2']}",
            "/etc/stentor/tls/both.pem": str(folder / "both.pem"),
            **scaled("haproxy.cfg"),
        }
        with Proxy(folder, "haproxy.cfg", replaced, ["haproxy", "-db", "-f"]):
            until(lambda: listens(web) and listens(tcp), "haproxy listens")
            tls = trusting(folder)
            assert https(web, tls) == 200
            with Talk(tcp, tls) as talk:
                assert 2 in talk.answer(hello(server.account("behind")))
                stays_through_pulses(talk)
            stuck_readers_cost_little(server,
                                      lambda: Talk(tcp, tls, receive_bytes=READER_BYTES))
            # Not through the proxy: no header, no talk.
            with Socket(behind, address="127.0.0.2") as past:
                past.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert past.head() == b""


OWN_NETWORK = "--in-own-network"
IN_OWN_NETWORK = OWN_NETWORK in sys.argv
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def into_own_network():
    """Where that is allowed; otherwise it goes on in the machine's."""
    unshare = ["unshare", *([] if os.getuid() == 0 else ["--user", "--map-root-user"]), "--net"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False,
                                                     stderr=subprocess.DEVNULL).returncode != 0:
        return
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv, OWN_NETWORK])


def furnish_network():
    """Its loopback device is down at first, and its kernel's settings are the machine's."""
    with socket.socket() as any_socket:
        asked = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack("16sh22x", asked)[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))
    for file in (pathlib.Path(sys.argv[2]) / "deploy/sysctl.d").glob("*.conf"):
        for key, value in re.findall(r"^([a-z0-9_.]+) *= *(.+)$", file.read_text(), re.MULTILINE):
            pathlib.Path("/proc/sys", *key.split(".")).write_text(value)


def main():
    if IN_OWN_NETWORK:
        furnish_network()
    else:
        into_own_network()
    for check, needs in ((idle_times_fit_the_pulse, "true"), (direct_tls, "openssl"),
                         (behind_nginx, "nginx"), (behind_haproxy, "haproxy")):
        if shutil.which(needs) is None:
            print(f"*** NOT CHECKED: {check.__name__}, {needs} is not installed ***", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="stentor-proxy-") as folder:
            check(sys.argv[1], pathlib.Path(folder))
        progress(f"ok {check.__name__}")


if __name__ == "__main__":
    main()
