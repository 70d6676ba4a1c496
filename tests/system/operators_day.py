#!/usr/bin/env python3
"""The operator's side of a real server: its metrics are well-formed, the Grafana dashboard uses no
others, the table of settings in the documents is the program's, the command line reaches accounts
and groups, a backup is restored, and settings are read again on SIGHUP.

    operators_day.py STENTOR ROOT
"""

import hashlib
import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import server_under_test as wire
from server_under_test import Talk, cmid, command, field, fields, hello

STENTOR = sys.argv[1]
ROOT = pathlib.Path(sys.argv[2])
SAMPLE = re.compile(r'([a-z_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+$')


def stentor(*args, stdin="", code=0):
    done = subprocess.run([STENTOR, *args], input=stdin, capture_output=True, text=True, timeout=60)
    if done.returncode != code:
        raise AssertionError(f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


class Server:
    def __init__(self, data, *args):
        self.data = pathlib.Path(data)
        self.log = self.data.parent / "log"
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [STENTOR, "serve", "--data", data, "--listen", "127.0.0.1:0", *args],
                stdout=subprocess.PIPE, stderr=log, text=True)
        lines = ""
        while "admin on" not in lines:
            lines += self.process.stdout.readline()
        self.http = re.search(r"http://\S+", lines)[0]
        tcp = re.search(r"tcp://\S+:(\d+)", lines)
        self.tcp = int(tcp[1]) if tcp else None
        self.admin = (self.data / "admin-address").read_text().strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.process.stdout.close()
        return code

    def logged(self):
        return self.log.read_text()


def fetch(address, headers=None, body=None):
    request = urllib.request.Request(address, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def sign_up(server, name):
    return enter(server, "sign-up", name, "long enough")


def enter(server, door, name, password):
    body = json.dumps({"name": name, "password": password}).encode()
    return fetch(server.http + "/api/v1/" + door, {"content-type": "application/json"}, body)


def digest_after(before, entry):
    """docs/protocol.md, section 9; the hash of a body that was taken back stands in the entry."""
    def number(at, size):
        return entry.get(at, [0])[0].to_bytes(size, "big")

    body_hash = entry[10][0] if 10 in entry else hashlib.sha256(entry[9][0]).digest()[:16]
    return hashlib.sha256(before + number(1, 8) + number(2, 8) + entry[3][0] + number(4, 4)
                          + number(5, 8) + body_hash).digest()[:16]


class Operator(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="stentor-operator-")
        self.addCleanup(self.folder.cleanup)
        self.data = self.folder.name + "/data"

    def serve(self, *args, data=None):
        server = Server(data or self.data, *args)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        return server

    def test_metrics_are_well_formed_and_the_dashboard_uses_no_others(self):
        secret = pathlib.Path(self.folder.name) / "secret"
        secret.write_text("secret\n")
        nobody = wire.socket.create_server(("127.0.0.1", 0))  # A filter that never answers.
        self.addCleanup(nobody.close)
        file = pathlib.Path(self.folder.name) / "stentor.toml"
        file.write_text('[replica]\nlisten = "127.0.0.1:0"\n[safety]\nfilter_within = "100 ms"\n'
                        f'filter = "http://127.0.0.1:{nobody.getsockname()[1]}/"\nfilter_secret = "{secret}"\n'
                        '[listen]\ntcp = ["127.0.0.1:0"]\n')
        server = self.serve("--config", str(file))
        with Talk(server.tcp) as talk:
            talk.answer(hello(json.loads(sign_up(server, "Ann")[1])["token"]))
            ready = talk.answer(command(2, wire.CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid())))
            gid = fields(ready[wire.GROUP_READY][0])[1][0]
            send = field(1, gid), field(2, cmid()), field(5, field(1, "shown to the filter"))
            self.assertIn(wire.SENT, talk.answer(command(3, wire.SEND, *send)))
        wire.until(lambda: "\nstentor_search_behind 0\n" in fetch(server.admin + "/metrics")[1]
                   and "\nstentor_search_entries_total 1\n" in fetch(server.admin + "/metrics")[1], "the index is in step")
        status, text = fetch(server.admin + "/metrics")
        for line in ('stentor_filter_asked_total 3', 'stentor_filter_timeouts_total 3',  # Their name, the group's, the message.
                     'stentor_filter_failed_total{failing="open"} 3', 'stentor_replica_connected 0',
                     'stentor_replica_info{role="leader",mode="async"} 1'):
            self.assertIn(line + "\n", text)
        self.assertEqual(status, 200)
        typed, names = set(), set()
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                typed.add(line.split()[2])
            elif not line.startswith("# HELP "):
                self.assertRegex(line, SAMPLE)
                names.add(SAMPLE.match(line)[1])
        families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
        self.assertEqual(families, typed)
        dashboard = json.loads((ROOT / "deploy/grafana/stentor.json").read_text())
        used = set()
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                used |= set(re.findall(r"\b(?:stentor|process)_[a-z_]+", target["expr"]))
        self.assertGreater(len(used), 20)
        self.assertEqual(used - names, set())
        # The public listener tells none of it.
        self.assertEqual(fetch(server.http + "/metrics")[0], 404)
        self.assertEqual(fetch(server.http + "/admin/api/users")[0], 404)

    def test_the_documents_have_the_programs_table_of_settings(self):
        document = (ROOT / "docs/settings.md").read_text()
        self.assertEqual(stentor("gen-config", "--table"), document,
                         "run: stentor gen-config --table > docs/settings.md")

    def test_a_generated_file_is_right_and_a_wrong_one_is_told_by_line(self):
        file = pathlib.Path(self.folder.name) / "stentor.toml"
        file.write_text(stentor("gen-config"))
        self.assertIn("right", stentor("check-config", str(file)))
        file.write_text("[limits]\nsends_burts = 1\n\n[server]\nworkers = 1000\n")
        said = stentor("check-config", str(file), code=1)
        self.assertIn(f"{file}:2: there is no key limits.sends_burts; is it limits.sends_burst?", said)
        self.assertIn(f"{file}:5: server.workers takes: whole number from 1 to 64", said)
        self.assertIn(f"{file}:5:", stentor("serve", "--config", str(file), code=1))

    def test_what_so_many_connections_need_of_the_machine_is_told(self):
        done = subprocess.run([STENTOR, "check-config", "--connections", "1000000"],
                              capture_output=True, text=True, timeout=60)
        self.assertRegex(done.stdout, r"\n(ok|LOW) +server\.shards +[0-9]+ +[0-9]+ ")
        self.assertRegex(done.stdout, r"\n(ok|LOW) +net\.ipv4\.tcp_mem +[0-9]+ +1000000 ")
        self.assertEqual(done.returncode, 1 if "\nLOW" in done.stdout else 0, done.stdout)

    def test_accounts_from_the_command_line(self):
        server = self.serve()
        stentor("user", "add", "Ann", "--data", self.data, stdin="long enough\n")
        self.assertEqual(sign_up(server, "ann")[0], 409)
        self.assertRegex(stentor("user", "list", "--data", self.data), r"^\d+\tenabled\tAnn\n$")
        stentor("user", "disable", "ann", "--data", self.data)
        self.assertRegex(stentor("user", "list", "A", "--data", self.data), r"\tdisabled\tAnn\n$")
        stentor("user", "enable", "Ann", "--data", self.data)
        token = stentor("token", "Ann", "--data", self.data).strip()
        status, body = fetch(server.http + "/api/v1/me", {"authorization": f"Bearer {token}"})
        self.assertEqual((status, json.loads(body)["name"]), (200, "Ann"))
        self.assertIn("no account Bob", stentor("user", "disable", "Bob", "--data", self.data, code=1))
        for actor in ("a" * 65, "a\r\nX-Other: 1", "a\u202eb"):
            self.assertIn("--as takes one line", stentor("user", "enable", "Ann", "--as", actor,
                                                         "--data", self.data, code=2))
        made = stentor("group", "create", "Chess", "Ann", "--data", self.data)
        gid = re.search(r"\d{2,}", made)[0]
        stentor("group", "configure", gid, "join_policy=approval", "--data", self.data)
        self.assertIn("open, invite, approval",
                      stentor("group", "configure", gid, "join_policy=never", "--data", self.data, code=2))
        stentor("group", "announce", "Lights out at ten", "--data", self.data)
        self.assertRegex(stentor("group", "list", "--data", self.data), r"(?m)^1\tbroadcast\t")
        self.assertIn("users.token", stentor("audit", "--data", self.data))
        for lifetime in ("0 s", "4000 d"):
            self.assertIn("--lifetime takes",
                          stentor("token", "Ann", "--lifetime", lifetime, "--data", self.data, code=2))
        stentor("user", "add", "Dan", "--data", self.data, stdin="long enough\n")
        stentor("user", "disable", "Dan", "--data", self.data)
        self.assertIn("NOT_PERMITTED", stentor("token", "Dan", "--data", self.data, code=1))
        stentor("user", "add", "Cyd", "--data", self.data, stdin="as on Windows\r\n")
        self.assertEqual(enter(server, "sign-in", "Cyd", "as on Windows")[0], 200)
        self.assertIn("ready", stentor("top", "--times", "1", "--data", self.data))

    def test_what_a_user_wrote_is_erased_and_digests_hold(self):
        with wire.Server(STENTOR, "--sends-per-second", "1000", "--sends-burst", "1000") as server:
            data = str(server.folder / "data")
            tokens = {name: server.account(name) for name in ("Ann", "Bob")}
            with Talk(server.ports["tcp"]) as ann, Talk(server.ports["tcp"]) as bob:
                for talk, name in ((ann, "Ann"), (bob, "Bob")):
                    talk.answer(hello(tokens[name]))
                self._erase(server, data, ann, bob)

    def _erase(self, server, data, ann, bob):
        ready = ann.answer(command(2, wire.CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid())))
        gid = fields(ready[wire.GROUP_READY][0])[1][0]
        self.assertIn(wire.GROUP_READY, bob.answer(command(2, wire.JOIN_GROUP, field(1, gid))))

        def say(talk, text):
            sent = talk.answer(command(3, wire.SEND, field(1, gid), field(2, cmid()), field(5, field(1, text))))
            self.assertIn(wire.SENT, sent)

        def pull():
            asked = field(1, gid), field(2, 1), field(3, 1), field(4, 200)
            return fields(ann.answer(command(4, wire.PULL, *asked))[wire.RANGE][0])

        def found():
            answer = ann.answer(command(5, wire.SEARCH_ENTRIES, field(1, gid), field(2, "regretted")))
            entries = fields(answer[wire.FOUND_ENTRIES][0]).get(3, []) if wire.FOUND_ENTRIES in answer else []
            return len(entries)

        ann.answer(command(3, wire.OPEN, field(1, gid)))
        say(ann, "kept by Ann")
        for i in range(300):  # More than a page of the erasure.
            say(bob, f"regretted {i}")
        say(ann, "kept, too")
        wire.until(lambda: found() > 0, "what was said is found")
        before = pull()

        self.assertIn("nothing was erased", stentor("user", "erase", "Bob", "--data", data, stdin="no\n", code=1))
        self.assertIn("no account Cho", stentor("user", "erase", "Cho", "--yes", "--data", data, code=1))
        self.assertIn("300 messages erased, 1 groups left", stentor("user", "erase", "bob", "--data", data, stdin="yes\n"))
        members = stentor("group", "members", str(gid), "--data", data)
        self.assertIn("Ann", members)
        self.assertEqual(len(members.strip().splitlines()), 1, members)
        # The account is closed for good, under a name that nobody is called by.
        self.assertIn("no account Bob", stentor("user", "erase", "Bob", "--yes", "--data", data, code=1))

        # Ann has the group open, and is told of each; or that they missed some, if their socket was full
        # meanwhile.
        changed = set()
        missed = False
        while len(changed) < 300 and not missed:
            frame = ann.read()
            if wire.HEAD in frame:
                missed = 4 in fields(frame[wire.HEAD][0])
            if wire.CHANGED in frame:
                entry = fields(fields(frame[wire.CHANGED][0])[3][0])
                self.assertEqual((entry.get(9), entry[11]), (None, [1]))
                changed.add(entry[1][0])

        # A page of history has the same numbers and digests, and no text of theirs.
        after = pull()
        self.assertEqual([after[n] for n in (3, 4, 6)], [before[n] for n in (3, 4, 6)])
        digest = after[4][0]
        bodies = []
        for old, new in ((fields(a), fields(b)) for a, b in zip(before[5], after[5], strict=True)):
            self.assertEqual([old.get(n) for n in (1, 2, 3, 5)], [new.get(n) for n in (1, 2, 3, 5)])
            digest = digest_after(digest, new)
            bodies.append(new.get(9, [b""])[0])
        self.assertEqual(digest, after[6][0])
        self.assertIn(field(1, "kept by Ann"), bodies)
        self.assertNotIn(b"regretted", b"".join(bodies))
        wire.until(lambda: found() == 0, "what was erased is found no more")
        # Nor has the record, as it is now.
        stentor("backup", self.folder.name + "/backup", "--data", data)
        stentor("export", self.folder.name + "/backup", "--to", self.folder.name + "/text")
        text = pathlib.Path(self.folder.name + "/text").read_text()
        self.assertIn("kept by Ann", text)
        self.assertNotIn("regretted", text)

    def test_a_rate_of_one_user_holds_on_live_connections_and_outlives_restarts_and_copies(self):
        data = pathlib.Path(self.data)
        backup, text, again = (self.folder.name + "/" + name for name in ("backup", "text", "again"))

        def stored(talk, gid, count=10):
            sends = (command(10 + i, wire.SEND, field(1, gid), field(2, cmid()), field(5, field(1, f"{i}")))
                     for i in range(count))
            return sum(wire.SENT in talk.answer(send) for send in sends)

        def told(answer):
            limits = fields(fields(answer[wire.WELCOME][0])[4][0])
            return limits[7][0], limits[8][0]

        with wire.Server(STENTOR, "--set", "limits.sends_per_second=1", "--set", "limits.sends_burst=3",
                         data=data) as server:
            ann, bob = server.account("Ann"), server.account("Bob")
            with Talk(server.ports["tcp"]) as talk, Talk(server.ports["tcp"]) as other:
                self.assertEqual(told(talk.answer(hello(bob))), (1, 3))
                other.answer(hello(ann))
                ready = talk.answer(command(2, wire.CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid())))
                gid = fields(ready[wire.GROUP_READY][0])[1][0]
                self.assertIn(wire.GROUP_READY, other.answer(command(2, wire.JOIN_GROUP, field(1, gid))))
                for bad, named in (("0", "per_second"), ("1001", "per_second"), ("5 --burst 1001", "burst")):
                    said = stentor("user", "rate", "Bob", *bad.split(), "--data", str(data), code=1)
                    self.assertIn(named, said)
                    self.assertIn("1000", said)
                self.assertIn("no account Cho", stentor("user", "rate", "Cho", "5", "--data", str(data), code=1))
                said = stentor("user", "rate", "Bob", "200", "--burst", "40", "--data", str(data))
                self.assertIn("Bob\t200/s, 40 at once", said)
                self.assertGreaterEqual(stored(talk, gid, 40), 40)
                self.assertLess(stored(other, gid), 6, "everybody else's is as it was")
                with Talk(server.ports["tcp"]) as later:
                    self.assertEqual(told(later.answer(hello(bob))), (200, 40))
            stentor("backup", backup, "--data", str(data))
        audit = "".join(stentor("export", backup, "--to", text, "--passwords"))
        self.assertIn("2 users", audit)
        stentor("import", text, "--data", again)
        for folder in (data, pathlib.Path(again)):
            with wire.Server(STENTOR, "--set", "limits.sends_burst=3", data=folder) as server:
                token = stentor("token", "Bob", "--data", str(folder)).strip()
                with Talk(server.ports["tcp"]) as talk:
                    self.assertEqual(told(talk.answer(hello(token))), (200, 40), folder)
                    self.assertEqual(stored(talk, gid, 40), 40, folder)
                    stentor("user", "rate-end", "Bob", "--data", str(folder))
                    self.assertLess(stored(talk, gid), 6, folder)
                self.assertNotIn("at once", stentor("user", "list", "--data", str(folder)))
                rows = stentor("audit", "--data", str(folder))
                self.assertIn("users.rate.end", rows)
        with wire.Server(STENTOR, data=data):
            rows = stentor("audit", "--data", str(data))
            self.assertRegex(rows, r'users\.rate\b')
            self.assertIn("per_second", rows)

    def test_what_moderators_did_tells_from_where(self):
        server = self.serve("--tcp", "127.0.0.1:0")
        tokens = {name: json.loads(sign_up(server, name)[1])["token"] for name in ("Ann", "Bob")}
        uid = int(stentor("user", "list", "Bob", "--data", self.data).split("\t")[0])
        with Talk(server.tcp) as ann, Talk(server.tcp) as bob:
            ann.answer(hello(tokens["Ann"]))
            bob.answer(hello(tokens["Bob"]))
            ready = ann.answer(command(2, wire.CREATE_GROUP, field(1, field(1, "Club")), field(2, cmid())))
            gid = fields(ready[wire.GROUP_READY][0])[1][0]
            bob.answer(command(2, wire.JOIN_GROUP, field(1, gid)))
            ann.answer(command(3, wire.CHANGE_MEMBER, field(1, gid), field(2, uid), field(6, 1)))

        def rows():
            status, answer = fetch(server.admin + "/admin/api/audit?count=100", self._key())
            self.assertEqual(status, 200)
            told = [row["what"] for row in json.loads(answer)["audit"]]
            return [row for row in told if row["action"] == "member.ban"]

        wire.until(lambda: rows(), "a row of the ban")
        row = rows()[0]
        self.assertEqual(row["address"], "127.0.0.1")
        self.assertEqual(row["object"], {"gid": gid, "uid": uid})
        told = [line for line in stentor("audit", "--data", self.data).splitlines() if "member.ban" in line]
        self.assertEqual(len(told), 1)
        self.assertIn("127.0.0.1", told[0])
        logged = [line for line in server.logged().splitlines() if "member.ban" in line]
        self.assertIn('"address":"127.0.0.1"', logged[0].replace("\\", ""))
        server.stop()

    def _key(self):
        return {"authorization": "Bearer " + stentor("token", "--admin", "--data", self.data).strip()}

    def test_an_erase_that_a_restart_cut_goes_on_by_itself(self):
        options = ("--tcp", "127.0.0.1:0", "--sends-per-second", "1000", "--sends-burst", "1000")
        server = self.serve(*options)
        tokens = {name: json.loads(sign_up(server, name)[1])["token"] for name in ("Ann", "Bob")}
        uid = int(stentor("user", "list", "Bob", "--data", self.data).split("\t")[0])

        def waiting(group):
            answer = fetch(f"{server.admin}/admin/api/groups/{group}/members?pending=true", self._key())[1]
            return [member["uid"] for member in json.loads(answer)["members"]]

        with Talk(server.tcp) as ann, Talk(server.tcp) as bob:
            ann.answer(hello(tokens["Ann"]))
            bob.answer(hello(tokens["Bob"]))

            def make(name, *settings):
                ready = ann.answer(command(2, wire.CREATE_GROUP, field(1, field(1, name) + b"".join(settings)),
                                           field(2, cmid())))
                return fields(ready[wire.GROUP_READY][0])[1][0]

            gid, closed = make("Club"), make("Closed", field(3, 2))
            bob.answer(command(2, wire.JOIN_GROUP, field(1, gid)))
            bob.answer(command(3, wire.JOIN_GROUP, field(1, closed)))
            self.assertEqual(waiting(closed), [uid])
            for i in range(300):  # More than a page.
                send = field(1, gid), field(2, cmid()), field(5, field(1, f"regretted {i}"))
                self.assertIn(wire.SENT, bob.answer(command(4, wire.SEND, *send)))
        # The first page, and nobody who asks for the next.
        status, answer = fetch(f"{server.admin}/admin/api/users/{uid}/erase", self._key(), b"{}")
        self.assertEqual(status, 200)
        page = json.loads(answer)
        self.assertEqual((page["erased"], page["next_gid"]), (256, gid))
        server.stop()

        server = self.serve(*options)
        with Talk(server.tcp) as ann:
            ann.answer(hello(tokens["Ann"]))
            ann.answer(command(3, wire.OPEN, field(1, gid)))

            def left():
                asked = field(1, gid), field(2, 1), field(3, 201), field(4, 400)
                answer = ann.answer(command(4, wire.PULL, *asked))
                return b"regretted" in fields(answer[wire.RANGE][0])[5][-1]

            wire.until(lambda: not left(), "the rest is taken back", within_s=20)
            wire.until(lambda: waiting(closed) == [], "the request to join goes", within_s=20)
        self.assertIn("an erase goes on", server.logged())
        server.stop()

    def test_a_registration_token_makes_accounts_while_sign_up_is_closed(self):
        with wire.Server(STENTOR, "--set", "accounts.sign_up=false") as server:
            data = str(server.folder / "data")

            def sign_up(name, **more):
                content = {"name": name, "password": "long enough", **more}
                return server.request("POST", "/api/v1/sign-up", content)

            status, refused = sign_up("Ann")
            self.assertEqual((status, refused["code"], refused["field"]), (403, "NOT_PERMITTED", "sign_up"))
            made = stentor("registration", "add", "Class of May", "--uses", "2", "--data", data)
            token = made.strip().splitlines()[-1]
            self.assertEqual(sign_up("Ann", token=token)[0], 201)
            self.assertEqual(sign_up("ann", token=token)[0], 409)
            self.assertRegex(stentor("registration", "list", "--data", data), r"\t1 of 2\t.*\tgood\tClass of May")
            self.assertEqual(sign_up("Bob", token=token)[0], 201)
            status, refused = sign_up("Cho", token=token)
            self.assertEqual((status, refused["code"], refused["field"]), (400, "BAD_FIELD", "token"))

            other = stentor("registration", "add", "June", "--data", data)
            kept = stentor("registration", "list", "--data", data)
            self.assertNotIn("Class of May", kept, "what is over goes when the next one is made")
            stentor("registration", "end", other.split("\t")[0], "--data", data)
            self.assertEqual(sign_up("Cho", token=other.strip().splitlines()[-1])[0], 400)
            self.assertEqual(stentor("registration", "list", "--data", data).strip(), "")
            stentor("registration", "end", other.split("\t")[0], "--data", data, code=1)
            stentor("registration", "add", "July", "--uses", "0", "--data", data, code=1)

    def test_a_banned_address_is_put_out_and_kept_out_until_its_ban_is_ended(self):
        with wire.Server(STENTOR) as server:
            data = str(server.folder / "data")
            token = server.account("Ann")

            def asked(source):
                connection = http.client.HTTPConnection("127.0.0.1", server.ports["http"], timeout=10,
                                                        source_address=(source, 0))
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                text = answer.read().decode()
                connection.close()
                return answer.status, text

            # A shard that hears of the ban last lets somebody in who is then put out without a word.
            def is_told(source):
                try:
                    status, text = asked(source)
                except ConnectionError:
                    return False
                refused = json.loads(text) if status == 403 else {}
                return (refused.get("code"), refused.get("field")) == ("BANNED", "address")

            with socket.create_connection(("127.0.0.1", server.ports["tcp"]), 10, ("127.0.0.9", 0)) as banned, \
                    Talk(server.ports["tcp"]) as other:
                other.answer(hello(token))
                self.assertEqual(asked("127.0.0.9")[0], 200)
                said = stentor("ban", "add", "127.0.0.8/30", "floods", "--hours", "2", "--data", data)
                self.assertRegex(said, r"^127\.0\.0\.8/30\t\S+Z\tbanned\tfloods$")
                began = time.monotonic()
                while banned.recv(4096):
                    pass
                self.assertLess(time.monotonic() - began, 2, "told and closed")
                wire.until(lambda: is_told("127.0.0.9"), "who comes is told", within_s=2)
                self.assertEqual(asked("127.0.0.12")[0], 200)
                make = field(1, field(1, "Club")), field(2, cmid())
                self.assertIn(wire.GROUP_READY, other.answer(command(9, wire.CREATE_GROUP, *make)))
            stentor("ban", "add", "0.0.0.0/0", "everybody", "--data", data, code=1)
            stentor("ban", "end", "127.0.0.9", "--data", data, code=1)
            self.assertIn("floods", stentor("ban", "list", "--data", data))
            stentor("ban", "end", "127.0.0.8/30", "--data", data)
            wire.until(lambda: asked("127.0.0.9")[0] == 200, "let in again")
            self.assertEqual(stentor("ban", "list", "--data", data), "")
            audit = stentor("audit", "--data", data)
            self.assertIn("127.0.0.8/30", audit)
            self.assertIn("bans.end", audit)

    def test_a_ban_holds_from_the_first_connection_after_a_restart(self):
        server = self.serve()
        stentor("ban", "add", "127.0.0.9", "floods", "--data", self.data)
        server.stop()
        server = self.serve()
        port = int(server.http.rstrip("/").rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), 10, ("127.0.0.9", 0)) as banned:
            self.assertIn(b" 403 ", banned.recv(4096))
        # Whatever is banned, the operator's own listener is not asked.
        stentor("ban", "add", "127.0.0.1", "a slip", "--data", self.data)
        wire.until(lambda: fetch(server.http + "/healthz")[0] == 403, "banned")
        stentor("ban", "end", "127.0.0.1", "--data", self.data)
        wire.until(lambda: fetch(server.http + "/healthz")[0] == 200, "let in again")
        server.stop()

    def test_the_operators_rules_for_groups_are_kept_and_named(self):
        file = pathlib.Path(self.folder.name) / "stentor.toml"
        file.write_text('[groups]\ncreate = "operator"\nmembers_max = 2\nrecall_window = "0 s"\n'
                        'edit_window = "0 s"\nkeep_for = "1 d"\nkeep_messages = 3\nslow_mode = "7 s"\n'
                        '[server]\ncommitters = 2\n')
        with wire.Server(STENTOR, "--config", str(file)) as server:
            data = str(server.folder / "data")
            tokens = {name: server.account(name) for name in ("Ann", "Bob", "Cho")}

            def refusal(talk, *message):
                refused = fields(talk.answer(command(*message))[wire.REFUSED][0])
                return refused[5][0].decode(), refused.get(3, [0])[0]

            with Talk(server.ports["tcp"]) as ann, Talk(server.ports["tcp"]) as bob, \
                    Talk(server.ports["tcp"]) as cho:
                for talk, name in ((ann, "Ann"), (bob, "Bob"), (cho, "Cho")):
                    talk.answer(hello(tokens[name]))
                make = field(1, field(1, "Club")), field(2, cmid())
                self.assertEqual(refusal(ann, 2, wire.CREATE_GROUP, *make), ("create", 0))
                said = stentor("group", "create", "Club", "Ann", "--data", data)
                gid = int(re.match(r"group (\d+)$", said)[1])
                join = command(3, wire.JOIN_GROUP, field(1, gid))
                self.assertIn(wire.GROUP_READY, bob.answer(join))
                self.assertEqual(refusal(cho, 3, wire.JOIN_GROUP, field(1, gid)), ("members_max", 2))
                send = field(1, gid), field(2, cmid()), field(5, field(1, "said"))
                self.assertIn(wire.SENT, bob.answer(command(4, wire.SEND, *send)))
                again = field(1, gid), field(2, cmid()), field(5, field(1, "and again"))
                self.assertEqual(refusal(bob, 5, wire.SEND, *again), ("slow_mode", 7))
                time.sleep(0.05)
                place = field(1, gid), field(2, 1), field(3, 1)
                self.assertEqual(refusal(bob, 6, wire.RECALL, *place), ("recall_window", 0))
                self.assertEqual(refusal(bob, 7, wire.EDIT, *place, field(5, field(1, "x"))), ("edit_window", 0))

                # The group is handed over: one owner, before and after.
                stentor("group", "role", str(gid), "Bob", "owner", "--data", data)
                members = stentor("group", "members", str(gid), "--data", data)
                self.assertRegex(members, r"\tadmin\t\tAnn\n\d+\towner\t\tBob\n$")

    def test_a_backup_of_the_running_server_is_restored(self):
        server = self.serve()
        sign_up(server, "Ann")
        backup, again = self.folder.name + "/backup", self.folder.name + "/again"
        stentor("backup", backup, "--data", self.data)
        sign_up(server, "Bob")
        self.assertIn("is there already", stentor("backup", backup, "--data", self.data, code=1))
        server.stop()
        stentor("restore", backup, "--data", again)
        self.serve(data=again)
        said = stentor("user", "list", "--data", again)
        self.assertIn("\tAnn\n", said)
        self.assertNotIn("\tBob\n", said)

    def test_a_backup_is_exported_as_text_and_imported_again(self):
        server = self.serve()
        sign_up(server, "Ann")
        stentor("group", "announce", "Lights out at ten", "--data", self.data)
        backup, text = self.folder.name + "/backup", self.folder.name + "/text"
        stentor("backup", backup, "--data", self.data)
        self.assertIn("1 users", stentor("export", backup, "--to", text, "--passwords"))
        self.assertIn("Lights out at ten", pathlib.Path(text).read_text())
        self.assertIn("is there already", stentor("export", backup, "--to", text, code=1))
        again = self.folder.name + "/again"
        self.assertIn("1 users", stentor("import", text, "--data", again))
        self.serve(data=again)
        self.assertIn("\tAnn\n", stentor("user", "list", "--data", again))

    def test_settings_are_read_again_on_sighup_and_what_cannot_be_is_said(self):
        file = pathlib.Path(self.folder.name) / "stentor.toml"
        file.write_text('[accounts]\nsign_up = true\n[log]\nformat = "json"\n')
        server = self.serve("--config", str(file))
        self.assertEqual(sign_up(server, "Ann")[0], 201)
        file.write_text('[accounts]\nsign_up = false\n[log]\nformat = "json"\n[server]\nworkers = 2\n')
        server.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 20
        while sign_up(server, "Bob")[0] != 403:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        file.write_text("[accounts]\nsign_up = 1\n")
        server.process.send_signal(signal.SIGHUP)
        while "accounts.sign_up takes: true or false" not in server.logged():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        self.assertEqual(sign_up(server, "Bob")[0], 403)  # The wrong file changed nothing.
        lines = [json.loads(line) for line in server.logged().splitlines()]
        restart = [line for line in lines if line.get("event") == "setting needs a restart"]
        self.assertEqual([line["key"] for line in restart], ["server.workers"])

    def test_nobody_else_may_read_the_address_and_it_goes_with_the_server(self):
        server = self.serve()
        file = server.data / "admin-address"
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(server.stop(), 0)
        self.assertFalse(file.exists())
        self.assertIn("no server runs", stentor("user", "list", "--data", self.data, code=1))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
