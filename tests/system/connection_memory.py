"""What an idle connection costs the server, plain and under TLS: resident memory of the process, and
the processor's time to open it and say Hello.

Usage: connection_memory.py STENTOR [COUNT]
"""

import os
import pathlib
import resource
import sys
import tempfile
import time

from proxies import certificate, trusting
from server_under_test import Server, Talk, hello


def resident(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if "VmRSS" in line)


def processor_s(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count * 3 + 1_000), hard))
    with tempfile.TemporaryDirectory(prefix="stentor-memory-") as name:
        folder = pathlib.Path(name)
        certificate(folder)
        with Server(sys.argv[1], "--set", "listen.tcp_tls=127.0.0.1:0",
                    "--set", f"listen.certificate={folder / 'cert.pem'}",
                    "--set", f"listen.key={folder / 'key.pem'}") as server:
            token = server.account("many")
            tls = trusting(folder)
            for kind, port, context in (("plain", server.ports["tcp"], None),
                                        ("TLS", server.ports["tcps"], tls)):
                warm = [Talk(port, context) for _ in range(50)]
                for talk in warm:
                    talk.answer(hello(token))
                time.sleep(1)
                before, begin = resident(server), processor_s(server)
                talks = []
                for _ in range(count):
                    talks.append(Talk(port, context))
                    talks[-1].answer(hello(token))
                took_ms = (processor_s(server) - begin) / count * 1_000
                time.sleep(1)
                print(f"{kind}: {count} idle connections, {(resident(server) - before) // count} "
                      f"bytes each, {took_ms:.2f} ms of the server's processor to open one",
                      flush=True)
                for talk in talks + warm:
                    talk.socket.close()
                time.sleep(1)


main()
