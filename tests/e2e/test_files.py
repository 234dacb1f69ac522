"""Whole files: imported from the disk, given up with their client, refused when there is no room."""

import json
import socket
import subprocess
import time
import unittest
from pathlib import Path

from support.instance import Instance, scratch

ROWS = 30_000


def many_servers(rows: int = ROWS, description: str = "x") -> bytes:
    return ("name,description\n" + "".join(f"n-{i},{description}\n" for i in range(rows))).encode()


class Files(unittest.TestCase):
    def setUp(self):
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def prepared(self, data_dir: Path) -> tuple[Instance, str]:
        app = Instance(data_dir)
        app.log, app.output = self.directory / "log", self.directory / "out"
        self.addCleanup(app.kill)
        app.create_user("bob")
        app.start()
        return app, app.login("bob")

    def begin_import(self, app: Instance, token: str, body: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", app.port), timeout=60)
        head = (f"POST /api/servers/import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: text/csv\r\nContent-Length: {len(body)}\r\n\r\n")
        client.sendall(head.encode() + body)
        return client

    def answer_of(self, client: socket.socket) -> tuple[int, dict]:
        with client, client.makefile("rb") as stream:
            status = int(stream.readline().split()[1])
            length = 0
            while (line := stream.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            return status, json.loads(stream.read(length))

    def wait_for_log(self, app: Instance, event: str) -> None:
        end = time.monotonic() + 30
        while event not in app.log.read_text():
            self.assertLess(time.monotonic(), end, f"{event} is not in the log")
            time.sleep(0.05)

    def count(self, app: Instance, token: str) -> int:
        return app.call("GET", "/api/servers?count=true&limit=1", token=token)[1]["count"]

    def test_an_import_whose_client_is_killed_leaves_nothing(self):
        app, token = self.prepared(self.directory / "data")

        self.begin_import(app, token, many_servers()).close()
        self.wait_for_log(app, "http.stopped")

        self.assertEqual(self.count(app, token), 0)
        self.assertEqual(app.call("GET", "/api/audit?action=server.create", token=token)[1]["results"], [])
        self.assertEqual(app.call("POST", "/api/servers", {"name": "n-1"}, token)[0], 201)

    def test_a_file_without_room_on_the_disk_is_refused_and_nothing_is_lost(self):
        mount = self.directory / "small"
        mount.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", mount], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs here: {done.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        app, token = self.prepared(mount / "data")
        app.call("POST", "/api/servers", {"name": "before"}, token)

        status, problem = self.answer_of(self.begin_import(app, token, many_servers(1_800, "x" * 8_000)))

        self.assertEqual((status, problem["type"]), (503, "/problems/unavailable"))
        self.assertIn("no room on its disk", problem["detail"])
        self.assertEqual(self.count(app, token), 1)
        self.assertEqual(app.call("POST", "/api/servers", {"name": "after"}, token)[0], 201)
        self.assertEqual(list((mount / "data").glob(".spool*")), [])


class Streams(unittest.TestCase):
    def test_live_streams_end_when_the_server_stops(self):
        with scratch() as directory:
            app = Instance(Path(directory) / "data")
            self.addCleanup(app.kill)
            app.create_user("bob")
            app.start()
            token = app.login("bob")
            followers = []
            for _ in range(3):
                client = socket.create_connection(("127.0.0.1", app.port), timeout=30)
                client.sendall(f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
                self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 200"))
                followers.append(client)

            begun = time.monotonic()
            self.assertEqual(app.stop(), 0)
            took = time.monotonic() - begun

            # Far within the drain time, which is 25 s: nothing was cut.
            self.assertLess(took, 10)
            for client in followers:
                rest = b"".join(iter(lambda c=client: c.recv(65536), b""))
                self.assertTrue(rest.endswith(b"0\r\n\r\n"), rest[-100:])
                client.close()


if __name__ == "__main__":
    unittest.main()
