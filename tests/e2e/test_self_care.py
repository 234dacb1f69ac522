"""The program's own backup: made under load, restored elsewhere, and everything is as it was."""

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import tarfile
import threading
import time
import unittest
from pathlib import Path

from support.instance import BINARY, PASSWORD, Instance, scratch
from support.postgres import create_database, psql

NEVER_THE_SAME = "database.restore"  # the one record that a restore adds


def sqlite_rows(file: Path) -> dict[str, list]:
    """Every row of every table, the restore's own record left out."""
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    tables = [name for (name,) in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "AND name NOT LIKE '%\\_search%' ESCAPE '\\'")]  # which follows the rest by itself
    rows = {table: sorted(map(repr, database.execute(f'SELECT * FROM "{table}"'))) for table in tables}
    database.close()
    rows["audit_records"] = [row for row in rows["audit_records"] if NEVER_THE_SAME not in row]
    return rows


def postgres_rows(url: str) -> dict[str, str]:
    tables = psql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", url).splitlines()
    return {table: psql(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t "
                        + (f"WHERE action <> '{NEVER_THE_SAME}'" if table == "audit_records" else ""), url)
            for table in tables}


class Writers:
    """Servers are made until the end of the block."""

    def __init__(self, app: Instance, token: str, count: int = 3):
        self.app, self.token, self.made, self.failed = app, token, [], []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(n,)) for n in range(count)]

    def write(self, writer: int) -> None:
        number = 0
        while not self.stopping.is_set():
            name = f"server-{writer}-{number}"
            status, _ = self.app.call("POST", "/api/servers", {"name": name}, self.token)
            (self.made if status == 201 else self.failed).append(name)
            number += 1

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class SelfCare(unittest.TestCase):
    def setUp(self):
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def instance(self, name: str, database: str = "", **settings: str) -> Instance:
        app = Instance(self.directory / name, database, **settings)
        self.addCleanup(app.kill)
        return app

    def prepared(self, database: str = "", **settings: str) -> Instance:
        app = self.instance("data", database, **settings)
        app.create_user("alice", "--admin")
        app.start()
        return app

    def back_up(self, app: Instance, *flags: str, name: str = "copy.tar") -> Path:
        file = self.directory / name
        done = app.tool("backup", str(file), *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return file

    def story(self, make_database, read_rows) -> None:
        app = self.prepared(make_database())
        token = app.login("alice")
        with Writers(app, token) as writers:
            while len(writers.made) < 30:
                time.sleep(0.01)
            before = list(writers.made)
            file = self.back_up(app)
        self.assertEqual(writers.failed, [])
        self.assertGreater(len(writers.made), len(before))

        other = self.instance("other", make_database())
        other.data_dir.mkdir()
        (other.data_dir / "master.key").write_bytes((app.data_dir / "master.key").read_bytes())
        (other.data_dir / "master.key").chmod(0o600)
        done = other.tool("restore", str(file), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        manifest = json.loads(done.stdout)
        restored = read_rows(other)
        other.start()
        status, _ = other.call("GET", "/api/auth/me", token=other.login("alice"))
        self.assertEqual(status, 200)
        # The token of before is one of the restored server's, too: its key came along, sealed.
        self.assertEqual(other.call("GET", "/api/auth/me", token=token)[0], 200)

        # Every server of before the backup is there, once, with its record; what is there was made.
        names, cursor = [], ""
        while True:
            _, page = other.call("GET", f"/api/servers?limit=200{cursor}", token=token)
            names += [server["name"] for server in page["results"]]
            if not page.get("next"):
                break
            cursor = "&cursor=" + page["next"].split("cursor=")[-1].split("&")[0]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(set(before), set(names))
        self.assertLessEqual(set(names), set(writers.made))
        self.assertEqual(manifest["tables"]["servers"], len(names))
        return app, other, restored, manifest

    def on_sqlite(self, app: Instance) -> dict:
        return sqlite_rows(app.data_dir / "securestack.db")

    def test_a_backup_under_writes_restores_elsewhere_and_the_same_password_logs_in(self):
        app, other, restored, manifest = self.story(lambda: "", self.on_sqlite)
        # Row by row, and the audit log with it, what the copy in the archive holds.
        with tarfile.open(self.directory / "copy.tar") as archive:
            archive.extract("database.sqlite", self.directory)
        self.assertEqual(restored, sqlite_rows(self.directory / "database.sqlite"))
        _, audit = other.call("GET", "/api/audit?action=database.restore", token=other.login("alice"))
        self.assertEqual(audit["results"][0]["actor"]["via"], "command_line")
        _, audit = app.call("GET", "/api/audit?action=database.backup", token=app.login("alice"))
        self.assertEqual(audit["results"][0]["changes"]["sha256"]["to"], manifest["database"]["sha256"])

    def test_the_same_on_postgresql(self):
        urls = []

        def fresh() -> str:
            urls.append(create_database())
            return urls[-1]

        app, other, restored, _ = self.story(fresh, lambda _: postgres_rows(urls[1]))
        del app, other
        self.assertEqual(restored["schema_migrations"], postgres_rows(urls[0])["schema_migrations"])

    def test_a_quiet_database_comes_back_row_by_row(self):
        for engine in ("sqlite", "postgresql"):
            with self.subTest(engine=engine):
                first = create_database() if engine == "postgresql" else ""
                second = create_database() if engine == "postgresql" else ""
                app = self.instance(f"{engine}-a", first)
                app.create_user("alice", "--admin")
                app.start()
                app.call("POST", "/api/servers", {"name": "db-1"}, app.login("alice"))
                app.stop()
                rows = postgres_rows(first) if first else self.on_sqlite(app)
                file = self.back_up(app, "--with-master-key", name=f"{engine}.tar")

                other = self.instance(f"{engine}-b", second)
                done = other.tool("restore", str(file))

                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("1 servers", done.stdout)
                self.assertEqual(postgres_rows(second) if second else self.on_sqlite(other), rows)
                self.assertEqual((other.data_dir / "master.key").stat().st_mode & 0o777, 0o600)
                other.start()
                self.assertTrue(other.login("alice"))

    def test_a_database_that_holds_something_is_not_restored_over(self):
        app = self.prepared()
        file = self.back_up(app)
        app.stop()
        before = self.on_sqlite(app)

        refused = app.tool("restore", str(file))

        self.assertEqual(refused.returncode, 1)
        self.assertIn("not empty", refused.stderr)
        self.assertIn("move the file", refused.stderr)
        self.assertEqual(self.on_sqlite(app), before)

    def test_a_running_server_is_not_restored_under(self):
        app = self.prepared()
        refused = app.tool("restore", str(self.back_up(app)))
        self.assertEqual(refused.returncode, 1)
        self.assertIn("another server", refused.stderr)

    def test_a_damaged_file_is_refused_and_leaves_nothing(self):
        app = self.prepared()
        whole = self.back_up(app).read_bytes()
        damaged = self.directory / "damaged.tar"
        for what, content in (("cut", whole[:len(whole) // 2]), ("flipped", bytearray(whole)), ("other", b"x" * 4096)):
            with self.subTest(what=what):
                if what == "flipped":
                    content[len(content) // 2] ^= 1
                damaged.write_bytes(content)
                other = self.instance(f"other-{what}")
                refused = other.tool("restore", str(damaged))
                self.assertEqual(refused.returncode, 1)
                self.assertRegex(refused.stderr, f"{damaged} cannot be restored: .*(damaged|cut off|not an archive)")
                self.assertFalse(other.data_dir.exists())

    def test_a_backup_of_a_later_release_is_refused(self):
        app = self.prepared()
        contents = {}
        with tarfile.open(self.back_up(app)) as archive:
            for member in archive:
                contents[member.name] = archive.extractfile(member).read()
        manifest = json.loads(contents["manifest.json"])
        manifest["schema_version"] = 9999
        contents["manifest.json"] = json.dumps(manifest).encode()
        del contents["SHA256SUMS"]
        contents["SHA256SUMS"] = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n"
                                         for name, content in contents.items()).encode()
        later = self.directory / "later.tar"
        with tarfile.open(later, "w", format=tarfile.USTAR_FORMAT) as archive:
            for name, content in contents.items():
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), 0o600
                archive.addfile(member, io.BytesIO(content))
        # tarfile fills its last record; the product's archives end with their two blocks.
        end = sum(512 + (len(content) + 511) // 512 * 512 for content in contents.values()) + 1024
        later.write_bytes(later.read_bytes()[:end])

        refused = self.instance("other").tool("restore", str(later))

        self.assertEqual(refused.returncode, 1)
        self.assertIn("schema version 9999", refused.stderr)
        self.assertIn("or later", refused.stderr)

    def test_the_wrong_master_key_is_noticed_before_anything_is_changed(self):
        app = self.prepared()
        file = self.back_up(app)
        other = self.instance("other")
        other.data_dir.mkdir()
        (other.data_dir / "master.key").write_bytes(os.urandom(32))
        (other.data_dir / "master.key").chmod(0o600)

        refused = other.tool("restore", str(file))

        self.assertEqual(refused.returncode, 1)
        self.assertIn("another master key", refused.stderr)
        self.assertFalse((other.data_dir / "securestack.db").exists())

    def test_a_file_is_overwritten_only_by_force_and_is_this_users_alone(self):
        app = self.prepared()
        file = self.back_up(app)
        first = file.read_bytes()

        refused = app.tool("backup", str(file))

        self.assertEqual(refused.returncode, 1)
        self.assertIn("--force", refused.stderr)
        self.assertEqual(file.read_bytes(), first)
        self.back_up(app, "--force")
        self.assertNotEqual(file.read_bytes(), first)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual([p.name for p in self.directory.iterdir() if p.name.endswith(".part")], [])

    def test_force_replaces_no_device_and_follows_a_link(self):
        app = self.prepared()
        pipe, target, link = (self.directory / name for name in ("pipe", "target.tar", "link.tar"))
        os.mkfifo(pipe)
        target.write_bytes(b"")
        link.symlink_to(target)

        refused = app.tool("backup", str(pipe), "--force")
        self.back_up(app, "--force", name="link.tar")

        self.assertEqual(refused.returncode, 1)
        self.assertIn("is not a file", refused.stderr)
        self.assertTrue(pipe.is_fifo())
        self.assertTrue(link.is_symlink())
        self.assertGreater(target.stat().st_size, 0)

    def test_the_master_key_is_in_it_only_when_asked_for(self):
        app = self.prepared()
        key = (app.data_dir / "master.key").read_bytes()
        without = app.tool("backup", str(self.directory / "without.tar"))
        self.assertIn("NOT in it", without.stdout)
        self.assertNotIn(key, (self.directory / "without.tar").read_bytes())
        self.assertIn(key, self.back_up(app, "--with-master-key", name="with.tar").read_bytes())

    def test_a_pipe_will_do(self):
        app = self.prepared()
        other = self.instance("other")
        copy = subprocess.run([BINARY, "backup", "-", "--with-master-key"], env=app.environment, capture_output=True,
                              check=True, timeout=60).stdout
        done = subprocess.run([BINARY, "restore", "-"], env=other.environment, input=copy, capture_output=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        other.start()
        self.assertTrue(other.login("alice", PASSWORD))

    def test_the_password_of_postgresql_is_in_no_process_list(self):
        url = create_database().replace("postgres@", "postgres:canary-password@")
        app = self.prepared(url)
        seen, stopping = [], threading.Event()

        def watch() -> None:
            while not stopping.is_set():
                for line in Path("/proc").glob("[0-9]*/cmdline"):
                    try:
                        words = line.read_bytes()
                    except OSError:
                        continue
                    if b"pg_dump" in words:
                        seen.append(words)

        watcher = threading.Thread(target=watch)
        watcher.start()
        self.back_up(app)
        stopping.set()
        watcher.join()
        self.assertTrue(seen)
        self.assertFalse([words for words in seen if b"canary-password" in words])

    def test_without_pg_dump_it_says_what_to_install(self):
        app = self.prepared(create_database())
        refused = app.tool("backup", str(self.directory / "x.tar"), PATH="/nonexistent")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("postgresql-client", refused.stderr)
        self.assertFalse((self.directory / "x.tar").exists())

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_a_full_disk_leaves_no_partial_file(self):
        app = self.prepared()
        token = app.login("alice")
        for number in range(20):
            app.call("POST", "/api/servers", {"name": f"n-{number}", "description": "x" * 9000}, token)
        mount = self.directory / "small"
        mount.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", mount], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs here: {done.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)

        refused = app.tool("backup", str(mount / "copy.tar"))

        self.assertEqual(refused.returncode, 1)
        self.assertTrue(refused.stderr)
        self.assertEqual(list(mount.iterdir()), [])
        self.assertEqual(app.call("GET", "/readyz")[0], 200)


if __name__ == "__main__":
    unittest.main()
