#!/usr/bin/python3
"""Asks Schemathesis for requests that the OpenAPI document allows, and for some that it does not, and holds every answer of
SECURESTACK_BINARY to the document: no 5xx, no status, header or body that is not documented.

Schemathesis comes from PyPI into a virtual environment inside the build directory. The number of examples is bounded, and the
same in every run."""

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from support.instance import Instance, scratch  # noqa: E402

# They end the session or the account that the run is made with, or answer without an end.
NOT_ASKED = ["/api/auth/logout", "/api/auth/password", "/api/events"]
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "unsupported_method", "allow_header_conformance", "use_after_free",
          "ensure_resource_availability", "ignored_auth", "negative_data_rejection"]


def schemathesis(directory: Path) -> Path:
    program = directory / "bin" / "schemathesis"
    if not program.exists():
        venv.create(directory, with_pip=True, clear=True)
        subprocess.run([directory / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                        HERE / "requirements.txt"], check=True)
    return program


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--environment", type=Path, default=ROOT / "build" / "schemathesis", help="the virtual environment")
    options.add_argument("--examples", type=int, default=20, help="generated for each operation")
    arguments = options.parse_args()
    program = schemathesis(arguments.environment)
    with scratch() as directory, Instance(Path(directory) / "data", SECURESTACK_ACCESS_TOKEN_LIFETIME="1h") as app:
        app.create_user("alice", "--admin")  # the only one: she can be neither demoted nor disabled
        token = app.login("alice")
        for number in range(3):
            app.call("POST", "/api/servers", {"name": f"db-{number}"}, token)
        command = [str(program), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{app.base}/api/openapi.json",
                   "-H", f"Authorization: Bearer {token}",
                   "--checks", ",".join(CHECKS), "--max-examples", str(arguments.examples), "--seed", "1",
                   "--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--no-color",
                   "--continue-on-failure"]
        for path in NOT_ASKED:
            command += ["--exclude-path", path]
        code = subprocess.run(command, cwd=directory, env=os.environ | {"PYTHONHASHSEED": "1"}, check=False).returncode
        stopped = app.stop()
        if stopped != 0:
            print(f"the server ended with {stopped}:\n{app.log.read_text()[-4000:]}", file=sys.stderr)
        return code or stopped


if __name__ == "__main__":
    sys.exit(main())
