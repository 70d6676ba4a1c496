#!/usr/bin/env python3
"""What an operator reads who slips: each refusal names what is wrong and what would be right, in words of
this program, and exit codes tell what was refused (1) from what was not understood (2).

    command_line.py STENTOR
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from server_under_test import Server

STENTOR = sys.argv[1]
FOREIGN = ("filesystem error", "basic_filebuf", "INTERNAL", "terminate")


def stentor(*args, code=0, stdin="", **variables):
    done = subprocess.run([STENTOR, *map(str, args)], input=stdin, capture_output=True, text=True,
                          timeout=60, check=False, env={**os.environ, **variables})
    said = done.stdout + done.stderr
    assert done.returncode == code, f"{args}: {done.returncode}\n{said}"
    assert not any(words in said for words in FOREIGN), said
    return said


class WithoutAServer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stentor-words-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_a_line_that_is_not_understood_is_wrong_use(self):
        self.assertIn("stentor nonsense", stentor("nonsense", code=2))
        self.assertIn("stentor group nonsense", stentor("group", "nonsense", "7", code=2))
        for args in ([], ["group"], ["serve", "--nonsense"], ["group", "show"], ["group", "show", "x"],
                     ["user", "list", "a", "b"], ["token"], ["token", "Ann", "--lifetime", "never"],
                     ["chat", "--server", "here"]):
            stentor(*args, code=2)
        self.assertIn("NAME", stentor("token", "Ann", "--admin", code=2))
        self.assertIn("Usage", stentor("--help"))
        self.assertIn("stentor", stentor("version"))

    def test_a_variable_gets_a_suggestion_only_if_one_is_near(self):
        config = self.folder / "stentor.toml"
        config.write_text("")
        said = stentor("check-config", config, code=1, STENTOR_FOO="1")
        self.assertIn("STENTOR_FOO", said)
        self.assertNotIn("is it", said)
        self.assertIn("is it STENTOR_LOG_LEVEL", stentor("check-config", config, code=1, STENTOR_LOG_LEVLE="info"))

    def test_a_folder_or_file_that_cannot_be_used_is_named(self):
        def serve(*args):
            return stentor("serve", "--listen", "127.0.0.1:0", *args, code=1)

        self.assertIn("/proc/x cannot be made", serve("--data", "/proc/x"))
        data = self.folder / "data"
        self.assertIn(f"safety.words: cannot read the file {self.folder}",
                      serve("--data", data, "--set", f"safety.words={self.folder}"))
        self.assertIn(f"safety.filter_secret: cannot read the file {self.folder}/none",
                      serve("--data", data, "--set", "safety.filter=http://127.0.0.1:9/",
                            "--set", f"safety.filter_secret={self.folder}/none"))


class WithAServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(STENTOR)
        cls.addClassCleanup(cls.server.__exit__)
        for name in ("Ann", "Bob"):
            cls.ask("user", "add", name, stdin="long enough\nlong enough\n")
        cls.gid = cls.ask("group", "create", "Club", "Ann").split()[1].rstrip(",")

    @classmethod
    def ask(cls, *args, code=0, stdin=""):
        return stentor(*args, "--data", cls.server.data, code=code, stdin=stdin)

    def test_a_backup_that_has_no_place_names_it(self):
        there = self.server.folder
        self.assertIn(f"{there} is there already", self.ask("backup", there, code=1))
        self.assertIn("/proc/zz/x cannot be made", self.ask("backup", "/proc/zz/x", code=1))

    def test_a_setting_of_a_group_is_named_with_what_it_takes(self):
        def configure(change):
            return self.ask("group", "configure", self.gid, change, code=2)

        self.assertIn("slow_mode_s=", configure("slow_mode_s"))
        self.assertIn("whole number", configure("slow_mode_s"))
        said = configure("colour=red")
        self.assertIn("colour", said)
        self.assertIn("slow_mode_s, join_policy, history_for_joiners", said)
        self.assertIn("true or false", configure("history_for_joiners=7"))
        self.assertIn("open, invite, approval", configure("join_policy=never"))
        for change in ("join_policy=1", "join_policy=open", "history_for_joiners=true", "name=true"):
            self.ask("group", "configure", self.gid, change)

    def test_a_network_that_cannot_be_banned_is_told_why(self):
        self.assertIn("the network is 192.0.2.0/24", self.ask("ban", "add", "192.0.2.1/24", "why", code=1))
        self.assertIn("the shortest prefix is /8", self.ask("ban", "add", "10.0.0.0/7", "why", code=1))

    def test_what_ends_says_so(self):
        self.ask("ban", "add", "192.0.2.7", "why")
        self.assertEqual(self.ask("ban", "end", "192.0.2.7"), "192.0.2.7 may come in again\n")
        key = self.ask("key", "add", "crm", "--scope", "group").split()[0]
        self.assertEqual(self.ask("key", "remove", key), f"key {key} is removed\n")
        token = self.ask("registration", "add", "May").split()[0]
        self.assertEqual(self.ask("registration", "end", token), f"token {token} lets nobody in any more\n")
        self.assertIn("NOT_FOUND", self.ask("key", "remove", key, code=1))

    def test_a_group_that_is_gone_is_shown_as_such_and_takes_no_key(self):
        gid = self.ask("group", "create", "Gone", "Bob").split()[1].rstrip(",")
        self.ask("group", "send", gid, "one")
        self.ask("group", "delete", gid)
        said = self.ask("group", "show", gid)
        self.assertIn("closed", said)
        self.assertNotIn("entries", said)
        for group, why in ((gid, f"no group {gid}"), ("77", "no group 77"), ("1", "group 1 takes no key")):
            self.assertIn(why, self.ask("key", "add", "crm", "--scope", "group", "--group", group, code=1))
        self.ask("key", "add", "crm", "--scope", "group", "--group", self.gid)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
