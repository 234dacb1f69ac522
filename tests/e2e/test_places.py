"""Where the command line finds its database, and what it says when there is none."""

import fcntl
import os
import pty
import signal
import sqlite3
import subprocess
import termios
import unittest
from pathlib import Path

from support.instance import BINARY, PASSWORD, Instance, OneInstance, scratch


class Places(OneInstance):
    def test_only_what_shall_make_a_database_makes_one(self):
        for words in (["user", "list"], ["user", "disable", "bob"], ["user", "enable", "bob"],
                      ["user", "set-role", "bob", "admin"], ["user", "set-password", "bob", "--password-stdin"],
                      ["keys", "list"], ["keys", "rotate"], ["keys", "recover", "--yes"], ["serve", "--no-migrate"]):
            with self.subTest(words=words):
                done = self.app.tool(*words, stdin=PASSWORD)

                self.assertEqual(done.returncode, 1)
                self.assertIn(f"no database at {self.app.data_dir}/securestack.db", done.stderr)
                self.assertIn("--data-dir", done.stderr)
                self.assertFalse(self.app.data_dir.exists())

    def test_what_makes_a_database_says_where(self):
        first = self.app.tool("user", "create", "--username", "bob", "--password-stdin", stdin=PASSWORD)
        second = self.app.tool("user", "create", "--username", "eve", "--password-stdin", stdin=PASSWORD)

        self.assertIn(f"made a new database at {self.app.data_dir}/securestack.db", first.stderr)
        self.assertEqual(second.stderr, "")

    def test_a_user_who_is_refused_makes_no_database(self):
        done = self.app.tool("user", "create", "--username", "b", "--password-stdin", stdin="password")

        self.assertEqual(done.returncode, 1)
        self.assertIn("username: must have from 3 to 254 characters", done.stderr)
        self.assertIn("password:", done.stderr)
        self.assertFalse(self.app.data_dir.exists())

    def test_a_server_whose_port_is_taken_makes_no_database(self):
        self.app.start()
        with scratch() as directory:
            other = Instance(Path(directory) / "data")

            done = other.tool("serve", SECURESTACK_LISTEN=self.app.environment["SECURESTACK_LISTEN"])

            self.assertEqual(done.returncode, 1)
            self.assertIn(f"cannot listen on 127.0.0.1, port {self.app.port}: Address already in use", done.stderr)
            self.assertFalse((other.data_dir / "securestack.db").exists())

    def test_a_server_without_its_files_makes_no_database(self):
        nowhere = str(self.app.data_dir / "nowhere.pem")
        for settings in ({"SECURESTACK_TLS_CERT": nowhere, "SECURESTACK_TLS_KEY": nowhere},
                         {"SECURESTACK_MASTER_KEY_FILE": nowhere}):
            with self.subTest(settings=settings):
                done = self.app.tool("serve", **settings)

                self.assertEqual(done.returncode, 1)
                self.assertIn(nowhere, done.stderr)
                self.assertFalse((self.app.data_dir / "securestack.db").exists())

    def test_the_schema_is_not_changed_under_a_server_of_an_earlier_release(self):
        self.app.start()
        with sqlite3.connect(self.app.data_dir / "securestack.db") as database:
            database.execute("DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)")
        database.close()

        for words in (["migrate"], ["user", "list"]):
            with self.subTest(words=words):
                done = self.app.tool(*words)

                self.assertEqual(done.returncode, 1)
                self.assertIn("an earlier release's schema", done.stderr)
                self.assertIn(f"process {self.app.process.pid}", done.stderr)

    @staticmethod
    def take_the_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background

    def at_a_terminal(self) -> tuple[subprocess.Popen, int]:
        """A new password is asked for; the program, and the other end of its terminal."""
        self.app.create_user("bob")
        ours, theirs = pty.openpty()
        tool = subprocess.Popen([BINARY, "user", "set-password", "bob", "--password-stdin"], env=self.app.environment,
                                stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                preexec_fn=self.take_the_terminal)
        os.close(theirs)
        return tool, ours

    def test_a_terminal_is_given_back_as_it_was_when_the_prompt_is_interrupted(self):
        tool, ours = self.at_a_terminal()
        seen = b""
        while b"Password: " not in seen:
            seen += os.read(ours, 1024)
        self.assertFalse(termios.tcgetattr(ours)[3] & termios.ECHO)

        for _ in range(100):  # one that comes between the prompt and the reading interrupts nothing
            os.write(ours, b"\x03")
            try:
                tool.wait(0.3)
                break
            except subprocess.TimeoutExpired:
                continue

        self.assertEqual(tool.poll(), -signal.SIGINT)
        self.assertTrue(termios.tcgetattr(ours)[3] & termios.ECHO)
        os.close(ours)

    def test_a_password_that_is_typed_is_not_shown(self):
        tool, ours = self.at_a_terminal()
        seen = b""
        for prompt in (b"Password: ", b"Once more: "):
            while prompt not in seen:
                seen += os.read(ours, 1024)
            os.write(ours, b"another long pass-phrase\n")
        self.assertEqual(tool.wait(30), 0)
        seen += os.read(ours, 4096)
        os.close(ours)

        self.assertIn(b"bob: has a new password", seen)
        self.assertNotIn(b"another", seen)
        self.app.start()
        self.app.login("bob", "another long pass-phrase")

    def test_who_listens_to_others_without_a_public_url_is_warned(self):
        for listen, public_url, warned in (("0.0.0.0", "", True), ("0.0.0.0", "https://ss.example.com/", False),
                                           ("127.0.0.1", "", False)):
            with self.subTest(listen=listen, public_url=public_url), scratch() as directory:
                app = Instance(Path(directory) / "data", SECURESTACK_PUBLIC_URL=public_url)
                app.environment["SECURESTACK_LISTEN"] = f"{listen}:{app.port}"
                app.start()
                app.stop()
                self.assertEqual("public_url is not set" in app.log.read_text(), warned)


if __name__ == "__main__":
    unittest.main()
