import unittest

from support.instance import PASSWORD, OneInstance


class FirstStart(OneInstance):
    def test_the_printed_link_makes_the_first_admin_once(self):
        self.app.start()
        token = self.app.setup_token()
        admin = {"token": token, "username": "root@example.com", "password": PASSWORD}

        first, _ = self.app.call("POST", "/api/setup", admin)
        second, _ = self.app.call("POST", "/api/setup", admin | {"username": "other@example.com"})

        self.assertEqual(first, 201)
        self.assertIn(second, (401, 403, 404, 409))
        status, me = self.app.call("GET", "/api/auth/me", token=self.app.login("root@example.com"))
        self.assertEqual((status, me["role"]), (200, "admin"))

    def test_the_token_is_not_in_the_log(self):
        self.app.start()
        self.assertNotIn(self.app.setup_token(), self.app.log.read_text())

    def test_no_link_once_there_is_a_user(self):
        self.app.create_user("alice", "--admin")
        self.app.start()
        self.app.stop()
        self.assertNotIn("#setup=", self.app.output.read_text())

    def test_the_data_directory_is_private(self):
        self.app.start()
        for file in ("securestack.db", "master.key"):
            self.assertEqual((self.app.data_dir / file).stat().st_mode & 0o077, 0, file)

    def test_a_second_server_on_the_same_directory_is_refused(self):
        self.app.start()
        second = self.app.tool("serve", SECURESTACK_LISTEN="127.0.0.1:0")
        self.assertEqual(second.returncode, 1)
        self.assertIn(str(self.app.data_dir), second.stderr)


if __name__ == "__main__":
    unittest.main()
