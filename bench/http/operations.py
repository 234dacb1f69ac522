#!/usr/bin/python3
"""Times every list, summary and statistics call that a team's member may make, over a year, on both engines, one at a time.

The calls are those of the OpenAPI document: each list as it comes, with each of its orders, with a count and with a search. What
takes longer than the mark at its 99th percentile is named. `--quick` is a hundredth of the rows."""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import machine
from operations_seed import PostgresSink, SqliteSink, Year
from product import PASSWORD, Product, call

MARK_MS = 50.0
READER = "reader"
NOT_TIMED = {"/api/events", "/api/openapi.json", "/api/schedule/preview"}


class Reader:
    def __init__(self, base: str, token: str):
        self.connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> tuple[int, bytes]:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def times(self, path: str, calls: int) -> list[float]:
        milliseconds = []
        for _ in range(calls):
            begun = time.perf_counter()
            status, body = self.get(path)
            milliseconds.append((time.perf_counter() - begun) * 1000)
            if status != 200:
                raise SystemExit(f"{path} answered {status}: {body[:300]!r}")
        return sorted(milliseconds)


def some_id(reader: Reader, collection: str) -> str | None:
    status, body = reader.get(collection)
    rows = json.loads(body).get("results", []) if status == 200 else []
    return rows[len(rows) // 2].get("id") if rows else None


def resolved(reader: Reader, path: str) -> str | None:
    """The path with an id that the reader sees; none when there is nothing of that kind."""
    while "{" in path:
        collection, rest = path.split("/{", 1)
        found = some_id(reader, collection)
        if found is None:
            return None
        path = f"{collection}/{found}{rest.split('}', 1)[1]}"
    return path


def variants(path: str, operation: dict) -> Iterator[str]:
    parameters = {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"}
    if any(each.get("required") for each in parameters.values()):
        if "q" in parameters:
            yield f"{path}?q=srv-00"
        return
    yield path
    if "count" in parameters:
        yield f"{path}?count=true"
    if "q" in parameters:
        yield f"{path}?q=srv-0012"
    for name, parameter in parameters.items():
        for value in parameter["schema"].get("items", {}).get("enum", [])[:2]:
            yield f"{path}?{name}={value}"
    pattern = parameters["sort"]["schema"]["pattern"] if "sort" in parameters else "()"
    for field in filter(None, pattern[pattern.index("(") + 1:pattern.index(")")].split("|")):
        yield f"{path}?sort={field}"
        yield f"{path}?sort=-{field}"


def calls_of(reader: Reader) -> Iterator[str]:
    document = json.loads(reader.get("/api/openapi.json")[1])
    for pattern, item in sorted(document["paths"].items()):
        if "get" not in item or pattern in NOT_TIMED or not pattern.startswith("/api/"):
            continue
        path = resolved(reader, pattern)
        if path and all(reader.get(first)[0] != 403 for first in list(variants(path, item["get"]))[:1]):
            yield from variants(path, item["get"])


def measure(product: Product, engine: str, calls: int) -> int:
    slow = 0
    with product.start(0):
        token = call(product.base, "POST", "/api/auth/login", {"username": READER, "password": PASSWORD})["access"]
        reader = Reader(product.base, token)
        if not json.loads(reader.get("/api/servers?q=srv-0000")[1])["results"]:
            raise SystemExit("the search finds nothing: its index is empty")
        for path in calls_of(reader):
            times = reader.times(path, calls)
            p50, p99 = times[len(times) // 2], times[min(len(times) - 1, int(0.99 * len(times)))]
            slow += p99 > MARK_MS
            print(f"{engine:<11} {p50:>9.2f} {p99:>9.2f}  {'SLOW ' if p99 > MARK_MS else '     '}{path}", flush=True)
    return slow


def run(binary: Path, directory: Path, engine: str, counts: dict[str, int], calls: int) -> int:
    product = Product(binary, directory / engine, 18090, 0)
    if engine == "postgresql":
        product.environment["SECURESTACK_DATABASE"] = os.environ["SECURESTACK_TEST_POSTGRES"]
    product.directory.mkdir(parents=True, exist_ok=True)
    product.tool("migrate")
    product.tool("user", "create", "--username", READER, "--password-stdin", stdin=PASSWORD)
    begun = time.perf_counter()
    sink = SqliteSink(str(product.directory / "securestack.db")) if engine == "sqlite" else PostgresSink(
        os.environ["SECURESTACK_TEST_POSTGRES"])
    Year(sink, **counts).write(READER)
    print(f"{engine}: filled in {time.perf_counter() - begun:.0f} s", flush=True)
    return measure(product, engine, calls)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", type=Path, default=Path("build/release/securestack"))
    arguments.add_argument("--calls", type=int, default=200, help="of each path")
    arguments.add_argument("--quick", action="store_true")
    options = arguments.parse_args()
    if "SECURESTACK_TEST_POSTGRES" not in os.environ:  # once more, beside a throw-away cluster
        return subprocess.call(["scripts/with-postgres", sys.executable, *sys.argv])
    size = 100 if options.quick else 1
    counts = {"users": 50, "servers": 5_000 // size, "tasks": 20_000 // size, "runs": 2_000_000 // size}
    directory = Path(tempfile.mkdtemp(prefix="securestack-operations-", dir="/var/tmp"))
    try:
        print(f"machine: {machine.describe()}; {counts}\n\n{'engine':<11} {'p50 ms':>9} {'p99 ms':>9}")
        slow = sum(run(options.binary.resolve(), directory, engine, counts, options.calls) for engine in ("sqlite", "postgresql"))
        print(f"\nslower than {MARK_MS:.0f} ms at p99: {slow}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
