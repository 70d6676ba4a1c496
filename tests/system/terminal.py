"""`stentor chat` as a person uses it: on a pseudo-terminal, and with its input from a script.

Usage: terminal.py STENTOR
"""

import os
import pty
import select
import subprocess
import sys
import time

from server_under_test import (
    CREATE_GROUP, GROUP_READY, PASSWORD, SEND, Server, Talk, cmid, command, field, fields, hello)


def scripted(program, server, token, lines, *arguments):
    done = subprocess.run(
        [program, "chat", "--server", f"127.0.0.1:{server.ports['tcp']}", *arguments],
        input="\n".join(lines).encode() + b"\n", capture_output=True, timeout=60,
        env={**os.environ, "STENTOR_TOKEN": token})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def a_script_says_and_sees(program, server):
    ann = server.account("Ann")
    code, out, err = scripted(program, server, ann,
                              ["/create Book club", "hello", "and again", "/list"])
    assert code == 0, (code, out, err)
    assert "Ann: hello" in out and "Ann: and again" in out, out
    assert out.index("Ann: hello") < out.index("Ann: and again")
    gid = out.split("Book club (")[1].split(")")[0]
    bob = server.account("Bob")
    code, out, err = scripted(program, server, bob,
                              [f"/join {gid}", "here", "/nonsense", "/reply x"])
    assert code == 0, (code, out, err)
    assert "Bob: here" in out, out
    assert "no such command" in out and "the number of a message is needed" in out, out
    code, out, err = scripted(program, server, ann, ["/history"], "--group", gid)
    assert code == 0 and "Bob: here" in out and "Ann: hello" in out, (out, err)
    # Who is there, all and by the beginning of the name.
    code, out, err = scripted(program, server, bob, ["/members", "/who an"], "--group", gid)
    assert code == 0, (code, out, err)
    everybody, some = out.split("\n2 members\n")[1:]
    assert "Ann, owner\n" in everybody and "  Bob" in everybody, out
    assert "Ann, owner\n" in some and "Bob" not in some, out
    # Not to somebody who is none of them.
    eve = server.account("Eva")
    code, out, err = scripted(program, server, eve, ["/members"], "--group", gid)
    assert "NOT_FOUND" in out and "Ann" not in out, (code, out, err)


def texts_cannot_act_on_the_terminal(program, server):
    eve = server.account("Eve")
    with Talk(server.ports["tcp"]) as talk:
        talk.answer(hello(eve))
        ready = talk.answer(command(2, CREATE_GROUP, field(1, field(1, "evil")), field(2, cmid())))
        gid = fields(ready[GROUP_READY][0])[1][0]
        body = field(1, "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\n1 00:00 Ann: forged")
        talk.answer(command(3, SEND, field(1, gid), field(2, cmid()), field(5, body)))
    code, out, err = scripted(program, server, eve, ["/history"], "--group", str(gid))
    assert code == 0, (code, out, err)
    assert "\x1b" not in out and "\x07" not in out and "\u202e" not in out, repr(out)
    assert "\ufffd]0;owned" in out and "\n    1 00:00 Ann: forged" in out, repr(out)


def a_token_that_is_wrong_ends_it(program, server):
    code, out, _ = scripted(program, server, "x" * 80, ["/list"])
    assert code == 1 and "TOKEN_INVALID" in out, (code, out)


class Terminal:
    def __init__(self, *arguments):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execv(arguments[0], list(arguments))
        self.seen = ""

    def sees(self, text, within_s=20):
        end = time.monotonic() + within_s
        while text not in self.seen:
            assert time.monotonic() < end, f"not seen: {text!r} in {self.seen!r}"
            if select.select([self.descriptor], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.descriptor, 4096).decode(errors="replace")
                except OSError:
                    assert text in self.seen, f"ended without {text!r}: {self.seen!r}"

    def types(self, line):
        os.write(self.descriptor, line.encode() + b"\n")

    def ends(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def a_person_signs_in_and_talks(program, server):
    server.account("Cho")
    terminal = Terminal(program, "chat", "--server", f"127.0.0.1:{server.ports['tcp']}",
                        "--sign-in", f"127.0.0.1:{server.ports['http']}", "--name", "Cho")
    terminal.sees("Password of Cho:")
    time.sleep(0.2)
    terminal.types(PASSWORD)
    terminal.types("/create Typed")
    terminal.sees("Typed (")
    assert PASSWORD not in terminal.seen, "the password was shown"
    terminal.types("typed by hand")
    terminal.sees("Cho: typed by hand")
    terminal.types("/quit")
    assert terminal.ends() == 0


CHECKS = [a_script_says_and_sees, texts_cannot_act_on_the_terminal,
          a_token_that_is_wrong_ends_it, a_person_signs_in_and_talks]


def main():
    with Server(sys.argv[1], "--sends-per-second", "1000", "--sends-burst", "1000") as server:
        for check in CHECKS:
            check(sys.argv[1], server)
            print("ok", check.__name__, flush=True)


main()
