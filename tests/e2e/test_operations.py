"""What an administrator does to a running server: stop it, restart it, fill its disk, renew its certificate."""

import base64
import hmac
import os
import shutil
import signal
import ssl
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

from support.instance import Instance, scratch
from support.postgres import create_database, psql


def make_certificate(directory: Path, name: str) -> tuple[Path, Path]:
    certificate, key = directory / f"{name}.crt", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True)
    return certificate, key


def a_day_ahead() -> dict[str, str]:
    """The environment of a process that takes tomorrow for today."""
    shown = subprocess.run(["faketime", "-f", "+1d", "env", "-0"], check=True, capture_output=True, text=True).stdout
    settings = dict(line.split("=", 1) for line in shown.split("\0") if "=" in line)
    return {name: settings[name] for name in ("LD_PRELOAD", "FAKETIME")} | {"DONT_FAKE_MONOTONIC": "1"}


def totp(secret: str) -> str:
    """The code of now (RFC 6238)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class Operations(unittest.TestCase):
    def setUp(self):
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def instance(self, **settings: str) -> Instance:
        app = Instance(self.directory / "data", **settings)
        self.addCleanup(app.kill)
        return app

    def test_users_servers_and_tokens_outlive_a_restart(self):
        app = self.instance()
        app.create_user("bob")
        app.start()
        token = app.login("bob")
        app.call("POST", "/api/servers", {"name": "db-1"}, token)

        self.assertEqual(app.stop(), 0)
        app.start()

        status, listed = app.call("GET", "/api/servers", token=token)
        self.assertEqual((status, [s["name"] for s in listed["results"]]), (200, ["db-1"]))

    def test_a_lost_master_key_is_missed_and_not_made_anew(self):
        app = self.instance()
        app.create_user("bob")
        app.start()
        app.stop()
        key = app.data_dir / "master.key"
        kept = key.read_bytes()
        key.unlink()

        refused = app.tool("serve")
        key_was_made = key.exists()
        key.write_bytes(kept)
        key.chmod(0o600)
        app.start()

        self.assertEqual(refused.returncode, 1)
        self.assertIn("master.key is missing", refused.stderr)
        self.assertFalse(key_was_made)
        self.assertTrue(app.login("bob"))

    def test_a_master_key_that_is_lost_for_good_is_recovered_from(self):
        app = self.instance()
        app.create_user("bob")
        app.start()
        old = app.login("bob")
        app.call("POST", "/api/servers", {"name": "db-1"}, old)
        app.stop()
        (app.data_dir / "master.key").unlink()

        unconfirmed = app.tool("keys", "recover")
        recovered = app.tool("keys", "recover", "--yes")
        again = app.tool("keys", "recover", "--yes")
        app.start()

        self.assertEqual(unconfirmed.returncode, 2)
        self.assertEqual((recovered.returncode, recovered.stderr), (0, ""))
        self.assertIn("is given up", recovered.stdout)
        self.assertIn("nothing to recover", again.stdout)
        self.assertEqual(app.call("GET", "/api/servers", token=old)[0], 401)
        status, listed = app.call("GET", "/api/servers", token=app.login("bob"))
        self.assertEqual((status, [s["name"] for s in listed["results"]]), (200, ["db-1"]))

    def test_second_factors_of_a_lost_master_key_go_and_their_users_are_named(self):
        app = self.instance()
        app.create_user("bob")
        app.create_user("erin")
        app.start()
        token = app.login("bob")
        secret = app.call("POST", "/api/auth/totp", token=token)[1]["secret"]
        self.assertEqual(app.call("POST", "/api/auth/totp/confirm", {"otp": totp(secret)}, token)[0], 200)
        app.stop()
        (app.data_dir / "master.key").unlink()

        recovered = app.tool("keys", "recover", "--yes")
        again = app.tool("keys", "recover", "--yes")
        app.start()

        self.assertIn("bob: has no second factor any more", recovered.stdout)
        self.assertNotIn("erin", recovered.stdout)
        self.assertIn("nothing to recover", again.stdout)
        self.assertTrue(app.login("bob"))
        self.assertIn("the password alone", app.tool("keys", "recover", "--help").stdout)

    def test_sigterm_under_load_fails_no_request(self):
        app = self.instance()
        app.create_user("bob")
        app.start()
        token = app.login("bob")
        statuses, refused = [], []
        stopping = threading.Event()

        def ask() -> None:
            while not stopping.is_set():
                try:
                    statuses.append(app.call("GET", "/api/servers", token=token)[0])
                except ConnectionRefusedError:
                    return
                except OSError as error:
                    if isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                        return
                    refused.append(error)
                    return

        askers = [threading.Thread(target=ask) for _ in range(8)]
        for asker in askers:
            asker.start()
        time.sleep(0.5)
        code = app.stop()
        stopping.set()
        for asker in askers:
            asker.join()

        self.assertEqual(code, 0)
        self.assertGreater(len(statuses), 8)
        self.assertEqual(set(statuses), {200})
        # A connection that the kernel had queued but the server never accepted may be reset; a request never is.
        self.assertLessEqual(len(refused), 8)

    def test_a_delayed_stop_serves_on_while_it_says_that_it_is_not_ready(self):
        app = self.instance(SECURESTACK_SHUTDOWN_DELAY="2s")
        app.start()
        self.assertEqual(app.call("GET", "/readyz")[0], 200)

        app.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + 1.5
        while app.call("GET", "/readyz")[0] == 200 and time.monotonic() < end:
            time.sleep(0.02)

        self.assertEqual(app.call("GET", "/readyz")[0], 503)
        self.assertEqual(app.call("GET", "/healthz")[0], 200)
        self.assertEqual(app.call("GET", "/api/openapi.json")[0], 200)
        self.assertEqual(app.process.wait(30), 0)

    def test_a_start_that_waits_for_another_replica_can_be_stopped(self):
        url = create_database()
        other = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(other.communicate)
        other.stdin.write("SELECT pg_advisory_lock(6003482210947215361) IS NULL;\n")  # of migrations
        other.stdin.flush()
        other.stdout.readline()
        app = self.instance(database=url)
        app.launch()
        end = time.monotonic() + 10
        while psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", url) != "1":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

        self.assertEqual(app.stop(), 0)
        self.assertIn("before the server was ready", app.log.read_text())

    def test_it_takes_as_many_open_files_as_its_connections_need(self):
        for limits, connections, warned in (("64:8192", 4000, False), ("256:256", 4000, True)):
            with self.subTest(limits=limits):
                app = self.instance(SECURESTACK_MAX_CONNECTIONS=str(connections))
                app.launch("prlimit", f"--nofile={limits}")
                app.wait_ready()

                allowed = int(Path(f"/proc/{app.process.pid}/limits").read_text().split("Max open files")[1].split()[0])
                self.assertEqual(allowed > connections, not warned)
                self.assertEqual("serve.open_files" in app.log.read_text(), warned)
                self.assertEqual(app.stop(), 0)

    def test_one_stop_that_comes_as_two_signals_gives_no_request_up(self):
        app = self.instance(SECURESTACK_SHUTDOWN_DELAY="2s")
        app.start()

        app.process.send_signal(signal.SIGTERM)
        app.process.send_signal(signal.SIGINT)

        self.assertEqual(app.process.wait(30), 0)

    def test_a_second_signal_ends_it_at_once(self):
        app = self.instance(SECURESTACK_SHUTDOWN_DELAY="20s")
        app.start()

        app.process.send_signal(signal.SIGTERM)
        time.sleep(1.2)
        app.process.send_signal(signal.SIGTERM)

        self.assertEqual(app.process.wait(5), 1)

    def test_tls_is_1_3_only_and_the_certificate_is_renewed_by_sighup(self):
        certificate, key = make_certificate(self.directory, "first")
        app = self.instance(SECURESTACK_TLS_CERT=str(certificate), SECURESTACK_TLS_KEY=str(key))
        app.start()

        def served() -> bytes:
            return ssl.get_server_certificate(("127.0.0.1", app.port)).encode()

        old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{app.port}", "-tls1_2"], input=b"",
                             capture_output=True, check=False)
        self.assertNotEqual(old.returncode, 0)
        before = served()
        second, second_key = make_certificate(self.directory, "second")
        shutil.copy(second, certificate)
        shutil.copy(second_key, key)
        app.process.send_signal(signal.SIGHUP)

        end = time.monotonic() + 5
        while served() == before and time.monotonic() < end:
            time.sleep(0.05)
        self.assertNotEqual(served(), before)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_a_full_disk_answers_503_reads_go_on_and_it_recovers(self):
        mount = self.directory / "small"
        mount.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mount], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs here: {done.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        app = Instance(mount / "data")
        app.log, app.output = self.directory / "log", self.directory / "out"
        self.addCleanup(app.kill)
        app.create_user("bob")
        app.start()
        token = app.login("bob")
        app.call("POST", "/api/servers", {"name": "before"}, token)

        statuses = []
        for number in range(3000):
            status, _ = app.call("POST", "/api/servers", {"name": f"n-{number}", "description": "x" * 9000}, token)
            statuses.append(status)
            if status != 201:
                break
        (mount / "ballast").touch()
        self.assertEqual(statuses[-1], 503)
        self.assertEqual(app.call("GET", "/api/servers", token=token)[0], 200)

        subprocess.run(["mount", "-o", "remount,size=64m", mount], check=True)
        self.assertEqual(app.call("POST", "/api/servers", {"name": "after"}, token)[0], 201)

    def test_a_replica_whose_clock_is_a_day_ahead_is_not_ready_and_judges_nothing_early(self):
        database = create_database()
        right = Instance(self.directory / "right", database, SECURESTACK_OVERDUE_DELAY="0s")
        self.addCleanup(right.kill)
        right.create_user("bob")
        right.start()
        token = right.login("bob")
        _, server = right.call("POST", "/api/servers", {"name": "db-1"}, token)
        _, task = right.call("POST", "/api/backups", {"server": server["id"], "name": "nightly", "grace_seconds": 0,
                                                      "schedule": f"0 {(time.gmtime().tm_hour + 12) % 24} * * *"}, token)
        wrong = Instance(self.directory / "wrong", database, SECURESTACK_OVERDUE_DELAY="0s",
                         SECURESTACK_MASTER_KEY_FILE=str(right.data_dir / "master.key"), **a_day_ahead())
        self.addCleanup(wrong.kill)
        wrong.start()

        end = time.monotonic() + 10
        while (answer := wrong.call("GET", "/readyz"))[0] == 200 and time.monotonic() < end:
            time.sleep(0.2)

        self.assertEqual(answer[0], 503)
        self.assertRegex(answer[1]["detail"], "clock is 86[34]\\d\\d seconds ahead of the database's")
        self.assertEqual(right.call("GET", "/readyz")[0], 200)
        right.stop()
        time.sleep(6)  # longer than a replica looks away from what is overdue
        right.start()
        self.assertEqual(right.call("GET", f"/api/backups/{task['id']}", token=right.login("bob"))[1]["state"],
                         task["state"])


if __name__ == "__main__":
    unittest.main()
