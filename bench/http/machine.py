"""Names the machine that a figure belongs to, and what its disk can do."""

import os
import platform
import tempfile
import time
from pathlib import Path


def describe() -> str:
    model = "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // (1024 * 1024)
    return f"{model}, {os.cpu_count()} cores, {memory} GiB, Linux {platform.release()}"


def fdatasync_rate(directory: Path, seconds: float = 2.0) -> float:
    """Appends of 4 KiB, each followed by fdatasync, a second: the ceiling of one-by-one durable writes."""
    block = b"\0" * 4096
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            os.write(file.fileno(), block)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.perf_counter() - begin)
