"""Nothing acknowledged is lost or doubled when the process dies at any moment, and nothing is without its record.

SECURESTACK_KILLS and SECURESTACK_KILLS_POSTGRES set how often it dies (`make torture` uses 100 and 20)."""

import os
import random
import sqlite3
import threading
import time
import unittest
from pathlib import Path

from support.instance import Instance, scratch
from support.postgres import create_database, psql

WRITERS = 8


class Writer(threading.Thread):
    """Creates servers under names of its own; remembers which the server acknowledged."""

    def __init__(self, app: Instance, token: str, number: int):
        super().__init__(daemon=True)
        self.app, self.token, self.number = app, token, number
        self.acknowledged: list[str] = []
        self.sent = 0
        self.stopping = False

    def run(self) -> None:
        while not self.stopping:
            self.sent += 1
            name = f"w{self.number}-{self.sent}"
            try:
                status, body = self.app.call("POST", "/api/servers", {"name": name}, self.token, timeout=10)
            except (OSError, ValueError, EOFError):
                time.sleep(0.01)
                continue
            except Exception:  # http.client's own errors for an answer that was cut
                continue
            if status == 201:
                self.acknowledged.append(name)
            elif status == 401:
                self.stopping = True
                raise AssertionError(body)


def torture(app: Instance, kills: int) -> tuple[list[str], int]:
    """Runs the writers through `kills` deaths; the names that were acknowledged, and how many were sent."""
    app.create_user("bob", "--admin")
    app.start()
    writers = [Writer(app, app.login("bob"), n) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(kills):
        time.sleep(random.uniform(0.05, 0.35))
        app.kill()
        app.start()
    time.sleep(0.2)
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join(30)
    app.stop()
    return [name for writer in writers for name in writer.acknowledged], sum(writer.sent for writer in writers)


class KillMinus9(unittest.TestCase):
    def setUp(self):
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"

    def check(self, names: list[str], stored: list[str], audited: int, sent: int):
        self.assertGreater(len(names), WRITERS)
        self.assertEqual(set(names) - set(stored), set(), "acknowledged, but lost")
        self.assertEqual(len(stored), len(set(stored)), "doubled")
        self.assertEqual(audited, len(stored), "servers without exactly one audit record")
        self.assertLessEqual(len(stored), sent)

    def test_sqlite_loses_nothing(self):
        app = Instance(self.data, SECURESTACK_ACCESS_TOKEN_LIFETIME="1h")
        self.addCleanup(app.kill)

        names, sent = torture(app, int(os.environ.get("SECURESTACK_KILLS", "10")))

        with sqlite3.connect(self.data / "securestack.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            stored = [row[0] for row in database.execute("SELECT name FROM servers")]
            audited = database.execute("SELECT count(*) FROM audit_records WHERE action = 'server.create'").fetchone()[0]
        self.check(names, stored, audited, sent)

    def test_postgresql_loses_nothing(self):
        url = create_database()
        app = Instance(self.data, url, SECURESTACK_ACCESS_TOKEN_LIFETIME="1h")
        self.addCleanup(app.kill)

        names, sent = torture(app, int(os.environ.get("SECURESTACK_KILLS_POSTGRES", "4")))

        stored = psql("SELECT name FROM servers", url).split()
        audited = int(psql("SELECT count(*) FROM audit_records WHERE action = 'server.create'", url))
        self.check(names, stored, audited, sent)


if __name__ == "__main__":
    unittest.main()
