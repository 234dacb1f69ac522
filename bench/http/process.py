"""Starts a server on its own core and reads what it costs from /proc."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, its threads and its live children."""
    total = 0
    for each in children(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_mib(pid: int) -> float:
    total = 0
    for each in children(pid):
        for line in Path(f"/proc/{each}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


class Server:
    """A server process that runs on `cores`. Use as a context manager; it is stopped at the end."""

    def __init__(self, command: list[str], cores: tuple[int, ...], ready_url: str, env: dict[str, str] | None = None,
                 cwd: Path | None = None, log: Path | None = None):
        self.command = ["taskset", "-c", ",".join(map(str, cores)), *command]
        self.ready_url, self.env, self.cwd, self.log = ready_url, env, cwd, log
        self.ready_seconds = 0.0

    def __enter__(self) -> "Server":
        output = open(self.log, "ab") if self.log else subprocess.DEVNULL
        begin = time.perf_counter()
        self.process = subprocess.Popen(self.command, stdout=output, stderr=output, cwd=self.cwd,
                                        env={**os.environ, **(self.env or {})})
        while time.perf_counter() - begin < 60:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.command} ended with {self.process.returncode}; see {self.log}")
            try:
                urllib.request.urlopen(self.ready_url, timeout=5)
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.002)
        else:
            raise SystemExit(f"{self.command} was not ready in 60 s")
        self.ready_seconds = time.perf_counter() - begin
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self) -> int:
        return self.process.pid
