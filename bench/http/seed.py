"""Fills the product's SQLite file, and the peer's, with the same servers."""

import random
import sqlite3
import time
import uuid
from pathlib import Path

ENVIRONMENTS = ["production", "staging", "development", "test"]
SYSTEMS = ["Debian 12", "Ubuntu 24.04", "Rocky 9", "FreeBSD 14"]


def uuid7(micros: int, rng: random.Random) -> uuid.UUID:
    value = (micros // 1000) << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return uuid.UUID(int=value)


def servers(count: int):
    """The same rows in every run: name, hostname, ip, os, environment, description, labels and times."""
    rng = random.Random(7)
    micros = 1_760_000_000_000_000
    for i in range(count):
        micros += rng.randrange(1_000, 30_000_000)
        yield {
            "id": uuid7(micros, rng), "name": f"srv-{rng.getrandbits(32):08x}-{i}",
            "hostname": f"srv-{i}.dc{i % 7}.example.org", "ip": f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}",
            "os": SYSTEMS[i % 4], "environment": ENVIRONMENTS[i % 4], "status": "active",
            "description": f"Runs service {i % 97} for team {i % 11}.",
            "labels": f'{{"rack":"r{i % 40}","team":"t{i % 11}"}}', "created_at": micros, "updated_at": micros,
        }


def index_texts(connection: sqlite3.Connection, table: str) -> None:
    """What housekeeping would do beside the measurement."""
    connection.execute(f"INSERT INTO {table}_search_rows (id) SELECT id FROM {table}")
    connection.execute(f"INSERT INTO {table}_search (rowid, text) SELECT r.number, t.search_text "
                       f"FROM {table}_search_rows r JOIN {table} t USING (id)")


def fill_product(database: Path, count: int) -> None:
    """Rows by SQL, since a million by API would only measure the API. The first user owns them."""
    connection = sqlite3.connect(database)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-1048576")
    owner = connection.execute("SELECT id FROM users LIMIT 1").fetchone()[0]
    columns = {row[1]: row for row in connection.execute("PRAGMA table_info(servers)")}
    fixed = {"owner": owner, "version": 1, "endpoints": "[]", "status_reason": "", "maintenance_until": None,
             "deleted_at": None}
    names = [c for c in columns if c in fixed or c in
             ("id", "name", "hostname", "ip", "os", "environment", "status", "description", "labels", "created_at",
              "updated_at", "search_text")]
    missing = [c for c, row in columns.items() if c not in names and row[3] and row[4] is None]
    if missing:
        raise SystemExit(f"bench/http/seed.py does not know the columns {missing} of servers")

    def row(server: dict) -> list:
        values = {**fixed, **server, "id": server["id"].bytes,
                  "search_text": f"{server['name']} {server['hostname']} {server['description']}".lower()}
        return [values[c] for c in names]

    with connection:
        connection.executemany(f"INSERT INTO servers ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                               (row(s) for s in servers(count)))
        index_texts(connection, "servers")
    connection.execute("PRAGMA optimize=0x10002")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def fill_peer(database: Path, count: int) -> None:
    connection = sqlite3.connect(database)
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    with connection:
        connection.executemany(
            "INSERT INTO inventory_server (id, name, hostname, ip, os, environment, status, description, labels,"
            " created_at, updated_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            ((s["id"].hex, s["name"], s["hostname"], s["ip"], s["os"], s["environment"], s["status"], s["description"],
              s["labels"], stamp, stamp) for s in servers(count)))
    connection.close()
