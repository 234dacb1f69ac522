"""A real `securestack serve` on a free port, with a data directory of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

BINARY = Path(os.environ.get("SECURESTACK_BINARY", "build/dev/securestack")).resolve()
PASSWORD = "a long enough pass-phrase"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without settings of the product, then `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECURESTACK_")}
    return kept | settings


class Instance:
    """`database` is empty for SQLite in the data directory. Use as a context manager, or start() and kill()."""

    def __init__(self, data_dir: Path, database: str = "", **settings: str):
        self.data_dir = data_dir
        self.port = free_port()
        self.scheme = "https" if "SECURESTACK_TLS_CERT" in settings else "http"
        self.environment = clean_environment(
            SECURESTACK_DATA_DIR=str(data_dir), SECURESTACK_LISTEN=f"127.0.0.1:{self.port}",
            SECURESTACK_RATE_LIMIT_LOGIN="off", SECURESTACK_LOG_FORMAT="json", **settings)
        if database:
            self.environment["SECURESTACK_DATABASE"] = database
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.output = data_dir.parent / f"{data_dir.name}.out"
        self.process: subprocess.Popen | None = None

    @property
    def base(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self) -> "Instance":
        self.launch()
        self.wait_ready()
        return self

    def launch(self, *words: str) -> None:
        """Without waiting; `words` are put in front of the command."""
        with open(self.log, "ab") as log, open(self.output, "ab") as output:
            self.process = subprocess.Popen([*words, BINARY, "serve"], env=self.environment, stdout=output, stderr=log,
                                            stdin=subprocess.DEVNULL)

    def wait_ready(self, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}:\n{self.log.read_text()}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.01)
        raise AssertionError(f"serve was not ready in {seconds} s:\n{self.log.read_text()}")

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(40)
        self.process = None
        return code

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> "Instance":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def tool(self, *words: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess:
        """The command line, over the same data."""
        return subprocess.run([BINARY, *words], env=self.environment | settings, input=stdin, text=True,
                              capture_output=True, timeout=60, check=False)

    def create_user(self, name: str, *flags: str, password: str = PASSWORD) -> None:
        done = self.tool("user", "create", "--username", name, "--password-stdin", *flags, stdin=password)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def login(self, name: str, password: str = PASSWORD) -> str:
        status, body = self.call("POST", "/api/auth/login", {"username": name, "password": password})
        if status != 200:
            raise AssertionError(f"login answered {status}: {body}")
        return body["access"]

    def call(self, method: str, path: str, body: object = None, token: str = "", timeout: float = 30,
             headers: dict[str, str] | None = None) -> tuple[int, dict]:
        """Status and decoded body; errors of the connection are raised as OSError."""
        request = urllib.request.Request(self.base + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else {}
        except urllib.error.HTTPError as refused:
            with refused:
                content = refused.read()
                return refused.code, json.loads(content) if content else {}

    def setup_token(self) -> str:
        """From the printed link; it comes a moment after the port answers."""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if found := re.search(r"#setup=([A-Za-z0-9_-]+)\n", self.output.read_text()):
                return found.group(1)
            time.sleep(0.02)
        raise AssertionError(f"no set-up link was printed:\n{self.output.read_text()}")


def scratch() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="securestack-e2e-")


class OneInstance(unittest.TestCase):
    """Each test has `directory`, and `app` in it, which is not started."""

    settings: dict[str, str] = {}

    def setUp(self) -> None:
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.app = Instance(self.directory / "data", **self.settings)
        self.addCleanup(self.app.kill)
