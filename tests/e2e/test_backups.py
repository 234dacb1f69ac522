"""A backup's story with curl, as crontabs have it: pings on time, silence, an incident, a late ping that resolves it."""

import json
import subprocess
import time
import unittest
from pathlib import Path

from support.instance import PASSWORD, Instance, scratch

JSON = "Content-Type: application/json"


def curl(*words: str) -> str:
    """What a crontab runs; fails the test when curl fails."""
    done = subprocess.run(["curl", "-fsS", "-m", "10", "--retry", "5", *words], capture_output=True, text=True, check=True)
    return done.stdout


class Backups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = scratch()
        cls.app = Instance(Path(cls.directory.name) / "data", SECURESTACK_OVERDUE_DELAY="0s").start()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.addClassCleanup(cls.app.kill)
        person = json.dumps({"username": "bob@example.com", "password": PASSWORD})
        curl(f"{cls.app.base}/api/auth/register", "-H", JSON, "-d", person)
        token = json.loads(curl(f"{cls.app.base}/api/auth/login", "-H", JSON, "-d", person))["access"]
        cls.bearer = f"Authorization: Bearer {token}"

    def call(self, path: str, body: dict | None = None) -> dict:
        words = [] if body is None else ["-H", JSON, "-d", json.dumps(body)]
        return json.loads(curl(f"{self.app.base}{path}", "-H", self.bearer, *words))

    def task(self, **members) -> dict:
        server = self.call("/api/servers", {"name": f"server of {self.id()}"})
        made = self.call("/api/backups", {"server": server["id"], "name": "nightly", **members})
        return self.call(f"/api/backups/{made['id']}")

    def wait_for(self, path: str, state: str, seconds: float) -> dict:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.call(path)
            if found["state"] == state:
                return found
            time.sleep(0.5)
        self.fail(f"{path} was not {state} in {seconds} s, but {found['state']}")

    def test_silence_opens_an_incident_and_a_late_ping_resolves_it(self):
        task = self.task(schedule="* * * * *", grace_seconds=0)
        path, ping = f"/api/backups/{task['id']}", task["ping_url"]
        for _ in range(3):
            self.assertEqual(curl(ping), "OK")
        self.assertEqual(self.call(path)["state"], "succeeded")

        self.wait_for(path, "overdue", 75)
        incidents = self.call("/api/incidents?status=open&source=backup")["results"]
        incidents = [each for each in incidents if self.id() in each["title"]]
        self.assertEqual([each["title"] for each in incidents], [f"nightly on server of {self.id()} is overdue"])

        curl("--data-binary", "restic: snapshot 4c1e9f02 saved", f"{ping}/0")
        self.assertEqual(self.call(path)["state"], "succeeded")
        self.assertEqual(self.call(f"/api/incidents/{incidents[0]['id']}")["status"], "resolved")
        self.assertEqual(len(self.call(f"{path}/runs")["results"]), 4)

    def test_a_run_with_its_beginning_its_exit_code_and_what_it_said(self):
        task = self.task()
        rid = Path("/proc/sys/kernel/random/uuid").read_text().strip()
        curl(f"{task['ping_url']}/start?rid={rid}")
        self.assertEqual(self.call(f"/api/backups/{task['id']}")["state"], "running")
        curl("-I", f"{task['ping_url']}/log")
        curl("--data-binary", "no space left on device", f"{task['ping_url']}/3?rid={rid}")

        [run] = self.call(f"/api/backups/{task['id']}/runs")["results"]
        self.assertEqual((run["state"], run["exit_code"], run["log_tail"]), ("failed", 3, "no space left on device"))
        self.assertIsNotNone(run["duration_seconds"])

    def test_a_ping_of_a_megabyte_is_cut_and_an_unknown_one_is_404(self):
        task = self.task()
        log = Path(self.directory.name) / "large.log"
        log.write_bytes(b"x" * 2_000_000 + b"the end")
        curl("--data-binary", f"@{log}", task["ping_url"])

        [run] = self.call(f"/api/backups/{task['id']}/runs")["results"]
        text = curl(f"{self.app.base}/api/runs/{run['id']}/log", "-H", self.bearer)
        self.assertEqual((len(text), text[-7:]), (100_000, "the end"))
        status = subprocess.run(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{self.app.base}/ping/{task['id']}"],
            capture_output=True, text=True, check=True).stdout
        self.assertEqual(status, "404")


if __name__ == "__main__":
    unittest.main()
