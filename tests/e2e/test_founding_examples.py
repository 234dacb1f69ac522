"""The founding documents' examples, with curl, to the letter: first as written there, e-mail username included."""

import json
import subprocess
import unittest
from pathlib import Path

from support.instance import PASSWORD, Instance, scratch


def curl(*words: str) -> tuple[int, str]:
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *words], capture_output=True, text=True, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


class FoundingExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = scratch()
        cls.app = Instance(Path(cls.directory.name) / "data").start()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.addClassCleanup(cls.app.kill)
        status, _ = curl("-X", "POST", f"{cls.app.base}/api/auth/register", "-H", "Content-Type: application/json",
                         "-d", json.dumps({"username": "user@example.com", "password": PASSWORD}))
        assert status == 201

    def login(self) -> dict:
        status, body = curl("-X", "POST", f"{self.app.base}/api/auth/login", "-H", "Content-Type: application/json",
                            "-d", json.dumps({"username": "user@example.com", "password": PASSWORD}))
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_login_answers_access_and_refresh(self):
        tokens = self.login()
        self.assertTrue(tokens["access"])
        self.assertTrue(tokens["refresh"])
        self.assertEqual(tokens["token_type"], "Bearer")

    def test_a_trailing_slash_means_the_same(self):
        status, _ = curl("-X", "POST", f"{self.app.base}/api/auth/login/", "-H", "Content-Type: application/json",
                         "-d", json.dumps({"username": "user@example.com", "password": PASSWORD}))
        self.assertEqual(status, 200)

    def test_a_server_is_created_and_listed(self):
        bearer = f"Authorization: Bearer {self.login()['access']}"
        status, body = curl("-X", "POST", f"{self.app.base}/api/servers", "-H", bearer, "-H",
                            "Content-Type: application/json", "-d", '{"name": "web-01", "status": "active"}')
        self.assertEqual(status, 201, body)
        status, listed = curl(f"{self.app.base}/api/servers", "-H", bearer)
        self.assertEqual(status, 200)
        self.assertIn("web-01", [server["name"] for server in json.loads(listed)["results"]])

    def test_without_a_token_the_answer_is_401_problem_json(self):
        status, body = curl(f"{self.app.base}/api/servers")
        self.assertEqual(status, 401)
        self.assertEqual(json.loads(body)["status"], 401)


if __name__ == "__main__":
    unittest.main()
