"""The product under test: prepared database, credentials, and the URLs that are measured."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import seed
from process import Server

PASSWORD = "correct-horse-battery-7"


def call(base: str, method: str, path: str, body: dict | None = None, token: str = "") -> dict:
    request = urllib.request.Request(base + path, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class Product:
    def __init__(self, binary: Path, directory: Path, port: int, servers: int):
        self.binary, self.directory, self.port, self.servers = binary, directory, port, servers
        self.base = f"http://127.0.0.1:{port}"
        self.environment = {
            "SECURESTACK_DATA_DIR": str(directory), "SECURESTACK_LISTEN": f"127.0.0.1:{port}",
            "SECURESTACK_RATE_LIMIT_LOGIN": "off", "SECURESTACK_LOG_LEVEL": "warn",
            "SECURESTACK_ACCESS_TOKEN_LIFETIME": "1h",
            "SECURESTACK_SELF_BACKUP": "off",
        }

    def prepare(self) -> None:
        """An admin, who owns `servers` servers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.tool("migrate")
        self.tool("user", "create", "--admin", "--username", "bench", "--password-stdin", stdin=PASSWORD)
        seed.fill_product(self.directory / "securestack.db", self.servers)

    @contextmanager
    def copy(self) -> Iterator["Product"]:
        """The same as it is now, elsewhere and for a while; of a product that does not run."""
        directory = self.directory.with_name(f"{self.directory.name}-copy")
        shutil.copytree(self.directory, directory)
        os.sync()
        try:
            yield Product(self.binary, directory, self.port, self.servers)
        finally:
            shutil.rmtree(directory)

    def tool(self, *words: str, stdin: str = "") -> None:
        subprocess.run([self.binary, *words], input=stdin, text=True, check=True, stdout=subprocess.DEVNULL,
                       env=self.environment)

    def start(self, *cores: int) -> Server:
        return Server([str(self.binary), "serve"], cores, f"{self.base}/readyz", self.environment,
                      log=self.directory / "server.log")

    def login(self) -> str:
        return call(self.base, "POST", "/api/auth/login", {"username": "bench", "password": PASSWORD})["access"]

    def page(self, token: str, path: str = "/api/servers?limit=50") -> dict:
        return call(self.base, "GET", path, token=token)

    def raw(self, token: str, path: str) -> bytes:
        request = urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()
