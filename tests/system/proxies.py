"""TLS, and the server behind nginx and haproxy, with the example configurations of deploy/.

Usage: proxies.py STENTOR ROOT. What is not installed is said, and not checked.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.request

from server_under_test import Server, Socket, Talk, hello, until


def certificate(folder, days=2):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", str(days), "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)


def trusting(folder):
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


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
    with Server(program, "--set", "listen.trusted_proxies=127.0.0.1",
                accounts_per_minute=60) as server:
        port = free_port()
        replaced = {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "127.0.0.1:8080": f"127.0.0.1:{server.ports['http']}",
            "/etc/stentor/tls/cert.pem": str(folder / "cert.pem"),
            "/etc/stentor/tls/key.pem": str(folder / "key.pem"),
            "/run/nginx.pid": str(folder / "nginx.pid"),
        }
        command = ["nginx", "-p", str(folder), "-e", str(folder / "nginx.log"),
                   "-g", "daemon off;", "-c"]
        with Proxy(folder, "nginx.conf", replaced, command):
            until(lambda: listens(port), "nginx listens")
            tls = trusting(folder)
            assert https(port, tls) == 200
            with Socket(port, tls) as wss:
                wss.send(b"GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: https://localhost:%d\r\n"
                         b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                         b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         b"Sec-WebSocket-Protocol: stentor.v1\r\n\r\n" % (port, port))
                head = wss.head()
                assert b" 101 " in head, head
            # Whoever writes addresses of his own into the header stays the one that he is.
            spoofed = let_through(port, tls, lambda turn: f"203.0.113.{turn}")
            assert spoofed < 30, f"a forged X-Forwarded-For was believed: {spoofed}"


def behind_haproxy(program, folder):
    certificate(folder)
    (folder / "both.pem").write_text(
        (folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    with Server(program, "--listen", "127.0.0.2:0", "--tcp", "127.0.0.2:0",
                "--set", "listen.proxy_protocol=127.0.0.2:0",
                "--set", "listen.trusted_proxies=127.0.0.1") as server:
        until(lambda: "tcp@127.0.0.2" in server.ports, "all listen")
        behind = server.ports["http@127.0.0.2"]
        web, tcp = free_port(), free_port()
        replaced = {
            "bind :443": f"bind 127.0.0.1:{web}",
            "bind :4443": f"bind 127.0.0.1:{tcp}",
            "127.0.0.1:8081": f"127.0.0.2:{behind}",
            "127.0.0.1:8082": f"127.0.0.2:{server.ports['tcp@127.0.0.2']}",
            "/etc/stentor/tls/both.pem": str(folder / "both.pem"),
        }
        with Proxy(folder, "haproxy.cfg", replaced, ["haproxy", "-db", "-f"]):
            until(lambda: listens(web) and listens(tcp), "haproxy listens")
            tls = trusting(folder)
            assert https(web, tls) == 200
            with Talk(tcp, tls) as talk:
                assert 2 in talk.answer(hello(server.account("behind")))
            # Not through the proxy: no header, no talk.
            with Socket(behind, address="127.0.0.2") as past:
                past.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert past.head() == b""


def main():
    for check, needs in ((direct_tls, "openssl"), (behind_nginx, "nginx"), (behind_haproxy, "haproxy")):
        if shutil.which(needs) is None:
            print(f"*** NOT CHECKED: {check.__name__}, {needs} is not installed ***", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="stentor-proxy-") as folder:
            check(sys.argv[1], pathlib.Path(folder))
        print("ok", check.__name__, flush=True)


if __name__ == "__main__":
    main()
