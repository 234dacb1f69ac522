"""A team's year: users, servers, backup tasks, runs, incidents, by SQL, the same rows in every run and on both engines."""

import json
import random
import sqlite3
import subprocess
import uuid
from collections.abc import Iterable, Iterator

from seed import ENVIRONMENTS, SYSTEMS, index_texts, uuid7

MINUTE, DAY = 60_000_000, 86_400_000_000


class SqliteSink:
    def __init__(self, path: str):
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA synchronous=OFF")

    def columns(self, table: str) -> dict[str, bool]:
        """Each column, and whether a row must say what is in it."""
        return {row[1]: bool(row[3]) and row[4] is None for row in self.connection.execute(f"PRAGMA table_info({table})")}

    def user(self, name: str) -> uuid.UUID:
        return uuid.UUID(bytes=self.connection.execute("SELECT id FROM users WHERE username = ?", (name,)).fetchone()[0])

    def fill(self, table: str, names: list[str], rows: Iterable[list]) -> None:
        quoted = ", ".join(f'"{name}"' for name in names)
        with self.connection:
            self.connection.executemany(
                f"INSERT INTO {table} ({quoted}) VALUES ({', '.join('?' * len(names))})",
                ([value.bytes if isinstance(value, uuid.UUID) else value for value in row] for row in rows))

    def finish(self) -> None:
        with self.connection:
            for table in ("servers", "backups", "incidents"):
                index_texts(self.connection, table)
        self.connection.execute("PRAGMA optimize=0x10002")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()


class PostgresSink:
    def __init__(self, url: str):
        self.url = url

    def _psql(self, sql: str, stdin: str | None = None) -> str:
        return subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", sql], text=True,
                              input=stdin, check=True, capture_output=True).stdout

    def columns(self, table: str) -> dict[str, bool]:
        out = self._psql("SELECT column_name, is_nullable = 'NO' AND column_default IS NULL FROM information_schema.columns "
                         f"WHERE table_name = '{table}' ORDER BY ordinal_position")
        return {name: needed == "t" for name, needed in (line.split("|") for line in out.splitlines())}

    def user(self, name: str) -> uuid.UUID:
        return uuid.UUID(self._psql(f"SELECT id FROM users WHERE username = '{name}'").strip())

    @staticmethod
    def _text(value: object) -> str:
        if value is None:
            return "\\N"
        if isinstance(value, bool):
            return "t" if value else "f"
        return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

    def fill(self, table: str, names: list[str], rows: Iterable[list]) -> None:
        quoted = ", ".join(f'"{name}"' for name in names)
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", f"COPY {table} ({quoted}) FROM STDIN"]
        with subprocess.Popen(command, text=True, stdin=subprocess.PIPE) as process:
            for row in rows:
                process.stdin.write("\t".join(map(self._text, row)) + "\n")
            process.stdin.close()
            if process.wait() != 0:
                raise SystemExit(f"COPY {table} failed")

    def finish(self) -> None:
        self._psql("ANALYZE")


class Year:
    def __init__(self, sink: SqliteSink | PostgresSink, users: int, servers: int, tasks: int, runs: int):
        self.sink, self.rng = sink, random.Random(11)
        self.end = 1_764_000_000_000_000
        self.counts = {"users": users, "servers": servers, "tasks": tasks, "runs": runs}

    def id(self, at: int) -> uuid.UUID:
        return uuid7(at, self.rng)

    def put(self, table: str, rows: Iterator[dict]) -> None:
        columns = self.sink.columns(table)
        first = next(rows)
        if lacking := [name for name, needed in columns.items() if needed and name not in first]:
            raise SystemExit(f"bench/http/operations_seed.py does not know the columns {lacking} of {table}")
        names = [name for name in columns if name in first]
        values = ([row[name] for name in names] for row in self._chain(first, rows))
        self.sink.fill(table, names, values)

    @staticmethod
    def _chain(first: dict, rest: Iterator[dict]) -> Iterator[dict]:
        yield first
        yield from rest

    def write(self, member: str) -> None:
        """`member` is the account that reads: a member of the team that holds everything but an eighth."""
        start = self.end - 365 * DAY
        self.team = self.id(start)
        self.people = [self.id(start + i) for i in range(self.counts["users"])]
        self.put("teams", iter([self._team(start)]))
        self.put("users", (self._user(i, at) for i, at in enumerate(self.people)))
        everyone = [*self.people[:-1], self.sink.user(member)]
        self.put("team_members", (self._member(i, person) for i, person in enumerate(everyone)))
        self.servers = [self.id(start + i * 1000) for i in range(self.counts["servers"])]
        self.put("servers", (self._server(i, id_, start) for i, id_ in enumerate(self.servers)))
        self.tasks = [self.id(start + i * 1000) for i in range(self.counts["tasks"])]
        self.put("backups", (self._task(i, id_, start) for i, id_ in enumerate(self.tasks)))
        self.put("runs", (self._run(i) for i in range(self.counts["runs"])))
        self.put("incidents", (self._incident(i) for i in range(self.counts["tasks"])))
        self.sink.finish()

    def _team(self, at: int) -> dict:
        return {"id": self.team, "name": "Platform", "name_fold": "platform", "description": "", "created_at": at,
                "updated_at": at, "version": 1, "search_text": "platform"}

    def _user(self, i: int, id_: uuid.UUID) -> dict:
        name = f"member-{i}"
        at = self.end - 365 * DAY
        return {"id": id_, "username": name, "username_fold": name, "email": None, "display_name": "", "role": "user",
                "disabled": False, "password_hash": "-", "epoch": 1, "created_at": at, "updated_at": at,
                "last_login_at": None, "version": 1, "search_text": name}

    def _member(self, i: int, user: uuid.UUID) -> dict:
        at = self.end - 365 * DAY
        return {"id": self.id(at + i), "team": self.team, "user": user, "username": f"member-{i}", "role": "operator",
                "added_at": at}

    def _holder(self, i: int) -> dict:
        return {"owner": self.people[i % len(self.people)], "team": None if i % 8 == 0 else self.team}

    def _server(self, i: int, id_: uuid.UUID, at: int) -> dict:
        name = f"srv-{i:06d}"
        return {"id": id_, "name": name, "hostname": f"{name}.example.org", "ip": f"10.0.{i >> 8}.{i & 255}",
                "os": SYSTEMS[i % 4], "environment": ENVIRONMENTS[i % 4], "status": "maintenance" if i % 50 == 0 else "active",
                "status_reason": "", "maintenance_until": None, "description": f"Runs service {i % 97}.",
                "labels": json.dumps({"rack": f"r{i % 40}"}, separators=(",", ":")), "endpoints": "[]", "created_at": at + i,
                "updated_at": at + i, "deleted_at": None, "version": 1, "search_text": f"{name}\n{name}.example.org\n",
                **self._holder(i)}

    def _server_of(self, task: int) -> int:
        return task % len(self.servers)

    def _task(self, i: int, id_: uuid.UUID, at: int) -> dict:
        state = "failed" if i % 40 == 0 else "overdue" if i % 60 == 0 else "succeeded"
        key = self.id(at + i)
        return {"id": id_, "server": self.servers[self._server_of(i)], "name": f"task-{i}", "kind": "external", "source": None,
                "repository": None, "schedule": "@daily", "timezone": "UTC", "jitter_seconds": 0, "grace_seconds": 3600,
                "retention": '{"last":0,"daily":7,"weekly":4,"monthly":6,"yearly":0}', "drill": "@weekly", "enabled": True,
                "severity": 1, "state": state, "state_reason": "", "last_run": None, "last_success_at": self.end,
                "next_run_at": self.end + DAY, "proven_at": None, "ping_url": f"/ping/{key}", "created_at": at + i,
                "updated_at": at + i, "ping_key": key, "outcome": state, "open_run": None, "open_rid": None,
                "open_since": None, "due_at": self.end + 3650 * DAY, "stopped_at": None, "version": 1,
                "search_text": f"task-{i}\n", **self._holder(self._server_of(i))}

    def _run(self, i: int) -> dict:
        task = i % len(self.tasks)
        at = self.end - 365 * DAY + i * (365 * DAY // self.counts["runs"])
        seconds = 30 + self.rng.randrange(600)
        good = self.rng.random() > 0.02
        return {"id": self.id(at), "task": self.tasks[task], "server": self.servers[self._server_of(task)], "kind": "backup",
                "trigger": "external", "state": "succeeded" if good else "failed", "queued_at": at, "started_at": at,
                "finished_at": at + seconds * 1_000_000, "duration_seconds": seconds, "progress": None,
                "bytes_processed": 10_000_000 + i * 100, "bytes_added": 1_000_000, "files_total": 1_000, "snapshot_id": None,
                "exit_code": 0 if good else 1, "error": "", "log_tail": "", "log_bytes": 0, "evidence": None, "rid": None,
                "version": 1, **self._holder(self._server_of(task))}

    def _incident(self, i: int) -> dict:
        at = self.end - 365 * DAY + i * (365 * DAY // self.counts["tasks"])
        resolved = i % 20 != 0
        return {"id": self.id(at), "number": 1_000_000 + i, "title": f"Backup {i} is overdue", "description": "",
                "severity": i % 5, "status": "resolved" if resolved else "open", "servers": "[]", "source": "backup",
                "dedup_key": f"bench/{i}", "occurrences": 1, "reporter": None, "assignee": None, "opened_at": at,
                "acknowledged_at": None, "resolved_at": at + 90 * MINUTE if resolved else None, "resolution": "",
                "created_at": at, "updated_at": at, "acknowledged_after_seconds": 600 if resolved else None,
                "resolved_after_seconds": 5400 if resolved else None, "version": 1,
                "search_text": f"backup {i} is overdue\n", **self._holder(i)}
