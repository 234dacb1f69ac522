#!/usr/bin/python3
"""Measures the product over HTTP beside its peers, in one run, and prints one table.

The server under test has one core, the load generator (wrk) the other. Every figure of a row comes from the same
few seconds. `--quick` shortens everything to see that the benchmark itself works."""

import argparse
import json
import random
import shutil
import tempfile
from pathlib import Path

import logins
import machine
import peers
from load import Result, measure
from process import Server, resident_mib
from product import PASSWORD, Product

SERVER_CORE, LOAD_CORE = 0, 1
CONNECTIONS = (1, 16, 64)


class Report:
    def __init__(self) -> None:
        self.rows: list[dict] = []

    def add(self, who: str, what: str, servers: int, connections: int, result: Result) -> Result:
        self.rows.append({"who": who, "what": what, "servers": servers, "connections": connections, **vars(result)})
        print(f"{who:<12} {what:<22} {servers:>9,} {connections:>5} {result.rate:>11,.0f} {result.p50_ms:>9.2f} "
              f"{result.p99_ms:>9.2f} {result.cpu_us:>9.1f} {result.rss_mib:>8.1f} {result.errors:>7}", flush=True)
        return result

    def rate(self, who: str, what: str, connections: int, servers: int | None = None) -> float:
        return next(r["rate"] for r in self.rows if r["who"] == who and r["what"] == what
                    and r["connections"] == connections and servers in (None, r["servers"]))

    @staticmethod
    def heading() -> None:
        print(f"{'server':<12} {'request':<22} {'servers':>9} {'conns':>5} {'requests/s':>11} {'p50 ms':>9} "
              f"{'p99 ms':>9} {'cpu µs':>9} {'RSS MiB':>8} {'errors':>7}")


def deep_path(product: Product, token: str, pages: int) -> str:
    """The path of the page that lies `pages` pages of 200 further on."""
    path = "/api/servers?limit=200"
    for _ in range(pages):
        path = product.page(token, path)["next"]
        path = path.removeprefix(product.base)
    return path.replace("limit=200", "limit=50")


def unlike_pages(product: Product, token: str, count: int) -> list[str]:
    """The paths of `count` pages that have no row in common."""
    paths = ["/api/servers?limit=50"]
    while len(paths) < count:
        paths.append(product.page(token, paths[-1])["next"].removeprefix(product.base))
    return paths


def reads(report: Report, product: Product, server: Server, token: str, seconds: int) -> dict[str, bytes]:
    first = product.page(token)
    one = f"/api/servers/{random.Random(1).choice(first['results'])['id']}"
    paths = {"page of 50": "/api/servers?limit=50", "one by id": one}
    if product.servers > 10_000:
        paths["page of 50, deep"] = deep_path(product, token, 40)
    for what, path in paths.items():
        for connections in CONNECTIONS:
            report.add("securestack", what, product.servers, connections,
                       measure(server, product.base + path, connections, seconds, LOAD_CORE, token))
    if product.servers > 10_000:
        # A hundred thousand rows: more than what the program keeps of rows.
        pages = unlike_pages(product, token, 2_000)
        for connections in CONNECTIONS:
            report.add("securestack", "page of 50, others", product.servers, connections,
                       measure(server, product.base, connections, seconds, LOAD_CORE, token, paths=pages))
    return {"page": product.raw(token, "/api/servers?limit=50"), "one": product.raw(token, one)}


def writes(report: Report, product: Product, server: Server, token: str, seconds: int) -> None:
    # A shared disk is not the same from one second to the next: its own rate stands beside each figure.
    for connections in CONNECTIONS:
        print(f"{'disk':<12} {'fdatasync of 4 KiB':<22} {'':>9} {'':>5} {machine.fdatasync_rate(product.directory):>11,.0f}")
        report.add("securestack", "create (durable)", product.servers, connections,
                   measure(server, product.base + "/api/servers", connections, seconds, LOAD_CORE, token, "POST",
                           json.dumps({"name": "new-@", "hostname": "new.example.org", "labels": {"team": "bench"}})))
    for connections in CONNECTIONS:
        report.add("securestack", "login", product.servers, connections,
                   measure(server, product.base + "/api/auth/login", connections, seconds, LOAD_CORE, "", "POST",
                           json.dumps({"username": "bench", "password": PASSWORD})))


def measure_logins(binary: Path, directory: Path, seconds: int, pairs: int) -> list[str]:
    product = Product(binary, directory, 18083, 1_000)
    product.prepare()
    logins.add_accounts(directory / "securestack.db", pairs)
    with product.start(SERVER_CORE):
        known, unknown = logins.known_and_unknown(product, pairs)
        beside = logins.reads_beside_logins(product, product.login(), seconds)
    return [f"failed login, median of {pairs:,}: known name {known:.2f} ms, unknown name {unknown:.2f} ms "
            f"(mark: at most 2 ms apart)", beside]


def measure_product(report: Report, binary: Path, directory: Path, servers: int, seconds: int) -> tuple[dict, dict]:
    product = Product(binary, directory, 18080, servers)
    product.prepare()
    with product.start(SERVER_CORE) as server:
        start = {"ready_ms": server.ready_seconds * 1000, "idle_rss_mib": resident_mib(server.pid)}
        token = product.login()
        bodies = reads(report, product, server, token, seconds)
        writes(report, product, server, token, seconds)
    return start, bodies


def measure_peers(report: Report, directory: Path, bodies: dict[str, bytes], servers: int, seconds: int) -> None:
    with peers.nginx(directory / "nginx", 18081, SERVER_CORE,
                     {"page.json": bodies["page"], "one.json": bodies["one"]}) as server:
        for what, name in (("page of 50", "page.json"), ("one by id", "one.json")):
            for connections in CONNECTIONS:
                report.add("nginx (file)", what, servers, connections,
                           measure(server, f"http://127.0.0.1:18081/{name}", connections, seconds, LOAD_CORE))
    django = peers.Django(directory / "django", 18082, servers)
    django.prepare()
    with django.start(SERVER_CORE) as server:
        one = json.loads(bodies["one"])["id"]
        for what, path in (("page of 50", "/api/servers/"), ("one by id", f"/api/servers/{one}/")):
            for connections in CONNECTIONS:
                report.add("django", what, servers, connections,
                           measure(server, django.base + path, connections, seconds, LOAD_CORE, django.token))


def marks(report: Report, start: dict, sizes: list[int]) -> None:
    def ratio(a: float, b: float) -> str:
        return f"{a / b:.2f}" if b else "n/a"

    small, ours, nginx = sizes[0], "securestack", "nginx (file)"
    page, one, create = "page of 50", "one by id", "create (durable)"
    print(f"\nidle RSS            {start['idle_rss_mib']:.1f} MiB      (mark: at most 30)")
    print(f"ready after exec    {start['ready_ms']:.0f} ms        (mark: at most 150)")
    for connections in CONNECTIONS:
        print(f"\nat {connections} connections")
        print(f"  page / nginx      {ratio(report.rate(ours, page, connections, small), report.rate(nginx, page, connections))}"
              "   (mark: at least 0.25)")
        print(f"  page / django     {ratio(report.rate(ours, page, connections, small), report.rate('django', page, connections))}"
              "   (mark: at least 60)")
        print(f"  by id / nginx     {ratio(report.rate(ours, one, connections, small), report.rate(nginx, one, connections))}"
              "   (mark: at least 0.5)")
        if len(sizes) > 1:
            cost = report.rate(ours, page, connections, small)
            print(f"  page cost at {sizes[1]:,} / at {small:,}: "
                  f"{ratio(cost, report.rate(ours, page, connections, sizes[1]))}, deep "
                  f"{ratio(cost, report.rate(ours, 'page of 50, deep', connections, sizes[1]))}   (mark: at most 1.2)")
    print(f"\ncreates at 64 / at 1 connection   "
          f"{ratio(report.rate(ours, create, 64, small), report.rate(ours, create, 1, small))}   (mark: at least 8)")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", type=Path, default=Path("build/release/securestack"))
    arguments.add_argument("--seconds", type=int, default=5, help="a measurement")
    arguments.add_argument("--quick", action="store_true", help="1 s each, 1,000 servers only")
    arguments.add_argument("--json", type=Path, help="write the rows here as well")
    options = arguments.parse_args()
    if lacking := peers.missing():
        raise SystemExit(f"missing: {', '.join(lacking)}; run scripts/install-packages bench")
    seconds, sizes = (1, [1_000]) if options.quick else (options.seconds, [1_000, 1_000_000])

    directory = Path(tempfile.mkdtemp(prefix="securestack-bench-", dir="/var/tmp"))
    directory.chmod(0o755)
    try:
        print(f"machine: {machine.describe()}; server on core {SERVER_CORE}, wrk on core {LOAD_CORE}, {seconds} s a row\n")
        report, starts, bodies = Report(), [], []
        report.heading()
        for size in sizes:
            start, body = measure_product(report, options.binary.resolve(), directory / str(size), size, seconds)
            starts.append(start)
            bodies.append(body)
        measure_peers(report, directory, bodies[0], sizes[0], seconds)
        words = measure_logins(options.binary.resolve(), directory / "logins", 12 * seconds, 200 if options.quick else 1_000)
        marks(report, starts[0], sizes)
        print("\n" + "\n".join(words))
        if options.json:
            options.json.write_text(json.dumps({"machine": machine.describe(), "start": starts, "rows": report.rows},
                                               indent=2))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
