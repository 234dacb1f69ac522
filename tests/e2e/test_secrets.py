"""Secrets are nowhere but with whom they are for: not in the database, its log of changes, a backup, or the program's log."""

import json
import unittest

from support.instance import PASSWORD, OneInstance


class Secrets(OneInstance):
    settings = {"SECURESTACK_LOG_LEVEL": "debug"}

    def setUp(self):
        super().setUp()
        self.app.create_user("bob")
        self.app.start()

    def kept(self) -> dict[str, bytes]:
        """Whatever is on the disk, by its path."""
        return {str(file.relative_to(self.directory)): file.read_bytes()
                for file in self.directory.rglob("*") if file.is_file()}

    def test_secrets_are_in_no_log_at_debug_level(self):
        app = self.app
        token = app.login("bob")
        _, pair = app.call("POST", "/api/auth/login", {"username": "bob", "password": PASSWORD})
        app.call("POST", "/api/auth/refresh", {"refresh": pair["refresh"]})
        app.call("POST", "/api/auth/login", {"username": "bob", "password": "canary-wrong-password"})
        app.call("GET", "/api/servers?canary=canary-query", token=token)
        app.call("POST", "/api/auth/login", {"canary-member": "canary-value"})
        app.stop()

        logged = app.log.read_text()
        for secret in (PASSWORD, token, pair["access"], pair["refresh"], "canary-wrong-password", "canary-query",
                       "canary-value"):
            self.assertNotIn(secret, logged)
        for line in logged.splitlines():
            json.loads(line)

    def test_a_ping_address_that_is_spelt_wrongly_is_in_no_log(self):
        app = self.app
        secret = "0198c0de-7000-7000-8000-00000000000a"
        for method, path in (("GET", f"/ping/{secret}"), ("PUT", f"/ping/{secret}/fail"), ("GET", f"//ping/{secret}"),
                             ("GET", f"/ping/{secret}/fail/x"), ("GET", f"/Ping/{secret.upper()}")):
            app.call(method, path)
        app.stop()

        self.assertNotIn(secret, app.log.read_text().lower())

    def test_fifty_api_keys_are_on_no_disk(self):
        app = self.app
        token = app.login("bob")
        keys = []
        for number in range(50):
            status, made = app.call("POST", "/api/keys", {"name": f"key-{number}", "scopes": ["servers:read"]}, token)
            self.assertEqual(status, 201, made)
            keys.append(made["key"])
            self.assertEqual(app.call("GET", "/api/servers", headers={"X-API-Key": keys[-1]})[0], 200)
        self.assertEqual(len(set(keys)), 50)
        app.tool("backup", str(self.directory / "copy.tar"))

        found = self.kept()
        self.assertTrue({"data/securestack.db", "data/securestack.db-wal", "copy.tar", "data.log"} <= found.keys())
        app.stop()
        for name, content in (found | {f"stopped: {name}": content for name, content in self.kept().items()}).items():
            for key in keys:
                self.assertNotIn(key[41:84].encode(), content, name)  # behind "sst_", the id and "_"


if __name__ == "__main__":
    unittest.main()
