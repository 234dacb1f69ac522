#!/usr/bin/python3
"""Measures the product over HTTP beside its peers, in one run, and prints one table.

The server under test has one core, the load generator (wrk) the other. What is compared is measured in turn, a few
seconds apart, in several rounds; a row shows the median rate, and the least and the most. `--quick` shortens
everything to see that the benchmark itself works."""

import argparse
import json
import random
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import logins
import machine
import peers
from process import Server, resident_mib
from product import PASSWORD, Product
from rounds import COLUMNS, LOAD_CORE, Key, Report, Subject

SERVER_CORE = 0
CONNECTIONS = (1, 16, 64)
OURS, NGINX, DJANGO = "securestack", "nginx (file)", "django"
PAGE, DEEP, OTHERS, ONE = "page of 50", "page of 50, deep", "page of 50, others", "one by id"
CREATE, CREATE_ALL_CORES, LOGIN = "create (durable)", "create, on all cores", "login"
FIRST_PAGE = "/api/servers?limit=50"


def deep_path(product: Product, token: str) -> str:
    """The path of a page that lies 8,000 servers further on, or in the middle of what there is."""
    path = "/api/servers?limit=200"
    for _ in range(min(8_000, product.servers // 2) // 200):
        path = product.page(token, path)["next"]
        path = path.removeprefix(product.base)
    return path.replace("limit=200", "limit=50")


def unlike_pages(product: Product, token: str, count: int) -> list[str]:
    """The paths of `count` pages that have no row in common."""
    paths = [FIRST_PAGE]
    while len(paths) < count:
        paths.append(product.page(token, paths[-1])["next"].removeprefix(product.base))
    return paths


def one_path(product: Product, token: str) -> str:
    return f"/api/servers/{random.Random(1).choice(product.page(token)['results'])['id']}"


def reads(product: Product, server: Server) -> list[Subject]:
    token = product.login()

    def subject(what: str, path: str, paths: list[str] | None = None) -> Subject:
        return Subject(OURS, what, product.servers, server, product.base + path, token, paths=paths or [])

    subjects = [subject(PAGE, FIRST_PAGE), subject(DEEP, deep_path(product, token)), subject(ONE, one_path(product, token))]
    if product.servers > 10_000:
        # A hundred thousand rows: more than what the program keeps of rows.
        subjects.append(subject(OTHERS, "", unlike_pages(product, token, 2_000)))
    return subjects


def peer_reads(stack: ExitStack, directory: Path, product: Product) -> list[Subject]:
    token = product.login()
    page, one = (product.raw(token, path) for path in (FIRST_PAGE, one_path(product, token)))
    nginx = stack.enter_context(peers.nginx(directory / "nginx", 18081, SERVER_CORE, {"page.json": page, "one.json": one}))
    django = peers.Django(directory / "django", 18082, product.servers)
    django.prepare()
    server = stack.enter_context(django.start(SERVER_CORE))
    return [Subject(NGINX, PAGE, product.servers, nginx, "http://127.0.0.1:18081/page.json"),
            Subject(NGINX, ONE, product.servers, nginx, "http://127.0.0.1:18081/one.json"),
            Subject(DJANGO, PAGE, product.servers, server, django.base + "/api/servers/", django.token),
            Subject(DJANGO, ONE, product.servers, server, f"{django.base}/api/servers/{json.loads(one)['id']}/", django.token)]


def measure_reads(report: Report, products: list[Product], directory: Path, rounds: int, seconds: int) -> dict:
    with ExitStack() as stack:
        servers = [stack.enter_context(product.start(SERVER_CORE)) for product in products]
        start = {"ready_ms": servers[0].ready_seconds * 1000, "idle_rss_mib": resident_mib(servers[0].pid)}
        subjects = [subject for product, server in zip(products, servers) for subject in reads(product, server)]
        subjects += peer_reads(stack, directory, products[0])
        subjects.sort(key=lambda subject: (subject.what, subject.who))  # what is compared is measured side by side
        report.rounds(subjects, CONNECTIONS, rounds, seconds)
    return start


def measure_creates(report: Report, product: Product, rounds: int, seconds: int) -> list[float]:
    """Each measurement begins with the database as it was. How often the disk synced 4 KiB a second before each round."""
    synced, keys = [], []
    for _ in range(rounds):
        synced.append(machine.fdatasync_rate(product.directory))
        for what, cores in ((CREATE, (SERVER_CORE,)), (CREATE_ALL_CORES, (SERVER_CORE, LOAD_CORE))):
            with product.copy() as copy, copy.start(*cores) as server:
                subject = Subject(OURS, what, copy.servers, server, copy.base + "/api/servers", copy.login(), "POST",
                                  json.dumps({"name": "new-@", "hostname": "new.example.org", "labels": {"team": "bench"}}))
                for connections in CONNECTIONS:
                    keys.append(subject.key(connections))
                    report.add(keys[-1], subject.measure(connections, seconds))
    print(f"{'disk':<12} {'fdatasync of 4 KiB':<22} {'':>9} {'':>5} {median(synced):>11,.0f} {min(synced):>9,.0f} {max(synced):>9,.0f}")
    for key in dict.fromkeys(keys):
        report.print(key)
    return synced


def measure_logins(report: Report, binary: Path, directory: Path, rounds: int, seconds: int, pairs: int,
                   beside_seconds: int) -> list[str]:
    product = Product(binary, directory, 18083, 1_000)
    product.prepare()
    logins.add_accounts(directory / "securestack.db", pairs)
    with product.start(SERVER_CORE) as server:
        subject = Subject(OURS, LOGIN, 1_000, server, product.base + "/api/auth/login", "", "POST",
                          json.dumps({"username": "bench", "password": PASSWORD}))
        report.rounds([subject], CONNECTIONS, rounds, seconds)
        known, unknown = logins.known_and_unknown(product, pairs)
        beside = logins.reads_beside_logins(product, product.login(), beside_seconds)
    return [f"failed login, median of {pairs:,}: known name {known:.2f} ms, unknown name {unknown:.2f} ms "
            f"(mark: at most 2 ms apart)", beside]


def marks(report: Report, start: dict, sizes: list[int]) -> None:
    small = sizes[0]

    def ratio(over: tuple[str, str, int, int], under: tuple[str, str, int, int]) -> str:
        return f"{report.ratio(Key(*over), Key(*under)):.2f}"

    print(f"\nidle RSS            {start['idle_rss_mib']:.1f} MiB      (mark: at most 30)")
    print(f"ready after exec    {start['ready_ms']:.0f} ms        (mark: at most 150)")
    for c in CONNECTIONS:
        print(f"\nat {c} connections")
        print(f"  page / nginx      {ratio((OURS, PAGE, small, c), (NGINX, PAGE, small, c))}   (mark: at least 0.25)")
        print(f"  page / django     {ratio((OURS, PAGE, small, c), (DJANGO, PAGE, small, c))}   (mark: at least 60; "
              f"nginx / django: {ratio((NGINX, PAGE, small, c), (DJANGO, PAGE, small, c))})")
        print(f"  by id / nginx     {ratio((OURS, ONE, small, c), (NGINX, ONE, small, c))}   (mark: at least 0.5)")
        for large in sizes[1:]:
            print(f"  page cost at {large:,} / at {small:,}: {ratio((OURS, PAGE, small, c), (OURS, PAGE, large, c))}, "
                  f"deep {ratio((OURS, DEEP, small, c), (OURS, DEEP, large, c))}   (mark: at most 1.2); "
                  f"deep against the first page at {small:,}: {ratio((OURS, PAGE, small, c), (OURS, DEEP, large, c))}")
    for what in (CREATE, CREATE_ALL_CORES):
        print(f"\n{what}: at 64 / at 1 connection   {ratio((OURS, what, small, 64), (OURS, what, small, 1))}   (mark: at least 8)")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", type=Path, default=Path("build/release/securestack"))
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--seconds", type=int, default=1, help="a measurement")
    arguments.add_argument("--quick", action="store_true", help="1 round, 1,000 servers only")
    arguments.add_argument("--json", type=Path, help="write the rows here as well")
    options = arguments.parse_args()
    if lacking := peers.missing():
        raise SystemExit(f"missing: {', '.join(lacking)}; run scripts/install-packages bench")
    binary, rounds, seconds, sizes = options.binary.resolve(), options.rounds, options.seconds, [1_000, 1_000_000]
    if options.quick:
        rounds, seconds, sizes = 1, 1, [1_000]

    directory = Path(tempfile.mkdtemp(prefix="securestack-bench-", dir="/var/tmp"))
    directory.chmod(0o755)
    try:
        print(f"machine: {machine.describe()}; server on core {SERVER_CORE}, wrk on core {LOAD_CORE}, "
              f"{rounds} rounds of {seconds} s\n\n{COLUMNS}")
        report = Report()
        products = [Product(binary, directory / str(size), 18080 + 10 * i, size) for i, size in enumerate(sizes)]
        for product in products:
            product.prepare()
        start = measure_reads(report, products, directory, rounds, seconds)
        synced = [measure_creates(report, product, rounds, seconds) for product in products]
        words = measure_logins(report, binary, directory / "logins", rounds, seconds,
                               *((200, 12) if options.quick else (1_000, 60)))
        if options.json:
            options.json.write_text(json.dumps({"machine": machine.describe(), "start": start, "fdatasync": synced,
                                                "rows": report.rows()}, indent=2))
        marks(report, start, sizes)
        print("\n" + "\n".join(words))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
