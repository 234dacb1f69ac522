"""What logins tell and what they cost others: the time of an answer for a name that exists and for one that does not,
and the latency of reads beside more logins than the server can hash."""

import http.client
import json
import sqlite3
import statistics
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from product import Product


def add_accounts(database: Path, count: int) -> None:
    """known-0, known-1, …: copies of the first account, with its password."""
    connection = sqlite3.connect(database)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(users)")]
    own = {"id": "?", "username": "?", "username_fold": "?", "role": "'user'"}
    statement = (f"INSERT INTO users ({', '.join(columns)}) "
                 f"SELECT {', '.join(own.get(column, column) for column in columns)} FROM users WHERE username = 'bench'")
    order = [column for column in columns if own.get(column) == "?"]
    for index in range(count):
        values = {"id": uuid.uuid4().bytes, "username": f"known-{index}", "username_fold": f"known-{index}"}
        connection.execute(statement, [values[column] for column in order])
    connection.commit()
    connection.close()


def timed_login(connection: http.client.HTTPConnection, username: str) -> tuple[float, int]:
    begun = time.perf_counter()
    connection.request("POST", "/api/auth/login", json.dumps({"username": username, "password": "not-the-password"}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return time.perf_counter() - begun, answer.status


def known_and_unknown(product: Product, pairs: int) -> tuple[float, float]:
    """Median milliseconds of a failed login for a name that exists and for one that does not, asked in turns."""
    connection = http.client.HTTPConnection(product.base.removeprefix("http://"))
    known, unknown = [], []
    for index in range(pairs):
        for times, name in ((known, f"known-{index}"), (unknown, f"nobody-{index}")):
            seconds, status = timed_login(connection, name)
            if status != 401:
                raise RuntimeError(f"a failed login answered {status}")
            times.append(seconds * 1000)
    connection.close()
    return statistics.median(known), statistics.median(unknown)


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


class Flood:
    """Logins at a rate that does not wait for the answers, from many connections."""

    def __init__(self, product: Product, rate: int, connections: int = 100):
        self.statuses: Counter[int] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(product, index, connections / rate))
                         for index in range(connections)]

    def _run(self, product: Product, index: int, pause: float) -> None:
        connection = http.client.HTTPConnection(product.base.removeprefix("http://"))
        self._over.wait(pause * index / len(self._threads))
        due = time.perf_counter()
        while not self._over.is_set():
            self.statuses[timed_login(connection, f"known-{index}")[1]] += 1
            due += pause
            self._over.wait(max(0.0, due - time.perf_counter()))
        connection.close()

    def __enter__(self) -> "Flood":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def reads_beside_logins(product: Product, token: str, seconds: int, reads: int = 100, logins: int = 200) -> str:
    times = []
    connection = http.client.HTTPConnection(product.base.removeprefix("http://"))
    with Flood(product, logins) as flood:
        due = time.perf_counter()
        for _ in range(reads * seconds):
            time.sleep(max(0.0, due - time.perf_counter()))
            due += 1 / reads
            begun = time.perf_counter()
            connection.request("GET", "/api/servers?limit=50", headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"a read beside logins answered {answer.status}")
            times.append((time.perf_counter() - begun) * 1000)
    connection.close()
    answered = ", ".join(f"{count:,} x {status}" for status, count in sorted(flood.statuses.items()))
    return (f"{reads} GET/s beside {sum(flood.statuses.values()) / seconds:.0f} logins/s: p50 "
            f"{percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f} ms (mark: at most 250); logins: {answered}")
