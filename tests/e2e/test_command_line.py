import json
import subprocess
import unittest

from support.instance import BINARY, OneInstance


class CommandLine(OneInstance):
    def test_users_are_created_listed_and_disabled_with_an_audit_record_each(self):
        self.app.create_user("alice", "--admin")
        self.app.create_user("bob")
        self.assertEqual(self.app.tool("user", "disable", "bob").returncode, 0)

        users = json.loads(self.app.tool("user", "list", "--json").stdout)
        self.app.start()
        _, audit = self.app.call("GET", "/api/audit?limit=200", token=self.app.login("alice"))

        self.assertEqual({u["username"]: u["disabled"] for u in users}, {"alice": False, "bob": True})
        by_command_line = [r["action"] for r in audit["results"] if r["actor"]["via"] == "command_line"]
        self.assertEqual(by_command_line.count("user.create"), 2)
        self.assertEqual(len(by_command_line), 3)

    def test_what_changes_an_account_prints_it_as_json(self):
        self.app.create_user("bob")
        for words, member, value in ((["set-role", "bob", "auditor"], "role", "auditor"), (["disable", "bob"], "disabled", True),
                                     (["enable", "bob"], "disabled", False),
                                     (["set-password", "bob", "--password-stdin"], "username", "bob")):
            with self.subTest(words=words):
                done = self.app.tool("user", *words, "--json", stdin="violet otters at dawn")

                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout)[member], value)
                self.assertNotIn("otters", done.stdout)

    def test_disabling_bites_a_running_server_within_a_second(self):
        self.app.create_user("alice", "--admin")
        self.app.create_user("bob")
        self.app.start()
        token = self.app.login("bob")
        self.app.tool("user", "disable", "bob")

        import time
        time.sleep(1.05)
        status, _ = self.app.call("GET", "/api/servers", token=token)
        self.assertEqual(status, 401)

    def test_a_weak_password_is_refused_with_the_reason(self):
        done = self.app.tool("user", "create", "--username", "bob", "--password-stdin", stdin="password")
        self.assertEqual(done.returncode, 1)
        self.assertIn("12", done.stderr)

    def test_what_cannot_be_written_is_not_a_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([BINARY, "openapi"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                  check=False)

        self.assertEqual(done.returncode, 1)
        self.assertIn("standard output", done.stderr)

    def test_a_directory_is_no_settings_file(self):
        done = self.app.tool("config", "show", "--config", "/")

        self.assertEqual(done.returncode, 2)
        self.assertIn("/: ", done.stderr)
        self.assertIn("cannot be read", done.stderr)

    def test_config_show_names_origins_and_masks_secrets(self):
        shown = self.app.tool("config", "show", SECURESTACK_DATABASE="postgres://u:hunter2@127.0.0.1/x")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotIn("hunter2", shown.stdout)
        self.assertIn("SECURESTACK_DATABASE", shown.stdout)

    def test_an_unknown_key_stops_the_start_with_file_line_and_nearest_name(self):
        file = self.app.data_dir.parent / "wrong.toml"
        file.write_text('# comment\nlistn = "127.0.0.1:1"\n')
        done = self.app.tool("serve", "--config", str(file))
        self.assertEqual(done.returncode, 2)
        self.assertIn("wrong.toml:2", done.stderr)
        self.assertIn("listen", done.stderr)

    def test_openapi_needs_no_database(self):
        document = json.loads(self.app.tool("openapi").stdout)
        self.assertEqual(document["openapi"][:3], "3.1")
        self.assertFalse(self.app.data_dir.exists())

    def test_every_command_has_help_with_an_example(self):
        for words in (["serve"], ["migrate"], ["backup"], ["restore"], ["user", "create"], ["user", "list"],
                      ["keys", "rotate"], ["config", "show"], ["openapi"], ["version"]):
            with self.subTest(words=words):
                done = self.app.tool(*words, "--help")
                self.assertEqual(done.returncode, 0)
                self.assertIn("xample", done.stdout)

    def test_keys_rotate_keeps_tokens_of_the_old_key_valid(self):
        self.app.create_user("bob")
        self.app.start()
        token = self.app.login("bob")
        self.assertEqual(self.app.tool("keys", "rotate").returncode, 0)
        self.assertEqual(self.app.call("GET", "/api/servers", token=token)[0], 200)
        self.assertEqual(self.app.call("GET", "/api/servers", token=self.app.login("bob"))[0], 200)

    def test_keys_list_says_which_key_signs(self):
        self.app.create_user("bob")
        self.assertEqual(self.app.tool("keys", "rotate").returncode, 0)

        listed = json.loads(self.app.tool("keys", "list", "--json").stdout)

        self.assertEqual([key["state"] for key in listed["keys"]], ["waiting", "signing"])


if __name__ == "__main__":
    unittest.main()
