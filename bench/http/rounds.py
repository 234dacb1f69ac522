"""Measures subjects in turn, several times over and every other time backwards, so that what a machine does by itself
meets all of them; and reports medians. A ratio is the median of the ratios within a round."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from statistics import median

from load import Result, measure
from process import Server

LOAD_CORE = 1
COLUMNS = f"{'server':<12} {'request':<22} {'servers':>9} {'conns':>5} {'requests/s':>11} {'least':>9} {'most':>9} " \
          f"{'p50 ms':>9} {'p99 ms':>9} {'cpu µs':>9} {'RSS MiB':>8} {'errors':>7}"


@dataclass(frozen=True)
class Key:
    who: str
    what: str
    servers: int
    connections: int


@dataclass
class Subject:
    """One request to one server, of which there may be many at once."""
    who: str
    what: str
    servers: int
    server: Server
    url: str
    token: str = ""
    method: str = "GET"
    body: str = ""
    paths: list[str] = field(default_factory=list)

    def key(self, connections: int) -> Key:
        return Key(self.who, self.what, self.servers, connections)

    def measure(self, connections: int, seconds: int) -> Result:
        return measure(self.server, self.url, connections, seconds, LOAD_CORE, self.token, self.method, self.body,
                       self.paths)


class Report:
    def __init__(self) -> None:
        self.samples: dict[Key, list[Result]] = {}

    def add(self, key: Key, result: Result) -> None:
        self.samples.setdefault(key, []).append(result)

    def rounds(self, subjects: list[Subject], connections: tuple[int, ...], count: int, seconds: int) -> None:
        for number in connections:
            for turn in range(count):
                for subject in subjects if turn % 2 == 0 else reversed(subjects):
                    subject.measure(number, 1)  # while the others were asked, its memory has grown cold
                    self.add(subject.key(number), subject.measure(number, seconds))
            for subject in subjects:
                self.print(subject.key(number))

    def row(self, key: Key) -> dict:
        def middle(value: Callable[[Result], float]) -> float:
            return median(map(value, self.samples[key]))

        rates = [sample.rate for sample in self.samples[key]]
        return {**vars(key), "rate": median(rates), "least": min(rates), "most": max(rates),
                "p50_ms": middle(lambda s: s.p50_ms), "p99_ms": middle(lambda s: s.p99_ms),
                "cpu_us": middle(lambda s: s.cpu_us), "rss_mib": max(s.rss_mib for s in self.samples[key]),
                "errors": sum(s.errors for s in self.samples[key])}

    def print(self, key: Key) -> None:
        row = self.row(key)
        print(f"{key.who:<12} {key.what:<22} {key.servers:>9,} {key.connections:>5} {row['rate']:>11,.0f} "
              f"{row['least']:>9,.0f} {row['most']:>9,.0f} {row['p50_ms']:>9.2f} {row['p99_ms']:>9.2f} "
              f"{row['cpu_us']:>9.1f} {row['rss_mib']:>8.1f} {row['errors']:>7}", flush=True)

    def ratio(self, over: Key, under: Key) -> float:
        pairs = zip(self.samples[over], self.samples[under], strict=True)
        return median(a.rate / b.rate if b.rate else inf for a, b in pairs)

    def rows(self) -> list[dict]:
        return [self.row(key) for key in self.samples]
