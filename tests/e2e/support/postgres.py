"""Databases of their own on the throw-away PostgreSQL that scripts/with-postgres started."""

import os
import subprocess
import uuid
from urllib.parse import urlsplit, urlunsplit


def server_url() -> str:
    url = os.environ.get("SECURESTACK_TEST_POSTGRES", "")
    if not url:
        raise AssertionError("run under scripts/with-postgres: SECURESTACK_TEST_POSTGRES is not set")
    return url


def psql(sql: str, url: str = "") -> str:
    return subprocess.run(["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, url or server_url()], check=True,
                          capture_output=True, text=True).stdout.strip()


def create_database() -> str:
    name = f"e2e_{uuid.uuid4().hex}"
    psql(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server_url())._replace(path=f"/{name}"))
