"""One measurement: wrk against one URL, or several in turn, with what the server spent on it."""

import re
import subprocess
import tempfile
from dataclasses import dataclass

from process import Server, cpu_seconds, resident_mib

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}

HEADERS = """
wrk.method = "{method}"
wrk.headers["Authorization"] = {authorization}
wrk.headers["Content-Type"] = "application/json"
"""

# Only for requests that are not all alike: otherwise wrk makes one and sends it again, as it does without a script.
EACH_ANOTHER = """
local body = {body}
local paths = {{{paths}}}
local count, tag = 0, tostring({{}}):match("0x(%x+)")
request = function()
    count = count + 1
    if #paths > 0 then return wrk.format(nil, paths[count % #paths + 1]) end
    return wrk.format(nil, nil, nil, (body:gsub("@", tag .. "-" .. count)))
end
"""


@dataclass
class Result:
    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    rss_mib: float
    errors: int


def quoted(text: str) -> str:
    return "[==[" + text + "]==]"


def measure(server: Server, url: str, connections: int, seconds: int, core: int, token: str = "",
            method: str = "GET", body: str = "", paths: list[str] | None = None) -> Result:
    """`@` in `body` becomes a text that is different in every request. `paths` are asked for in turn."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(HEADERS.format(method=method, authorization=quoted(f"Bearer {token}") if token else "nil"))
        if body or paths:
            script.write(EACH_ANOTHER.format(body=quoted(body), paths=",".join(quoted(path) for path in paths or [])))
        script.flush()
        command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
                   "--timeout", "10s"]
        if token or body or paths:
            command += ["-s", script.name]
        before = cpu_seconds(server.pid)
        output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
        spent = cpu_seconds(server.pid) - before
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))
    return Result(rate=rate, p50_ms=percentile(output, "50%"), p99_ms=percentile(output, "99%"),
                  cpu_us=1e6 * spent / max(requests, 1), rss_mib=resident_mib(server.pid), errors=errors(output))


def percentile(output: str, name: str) -> float:
    value, unit = re.search(rf"{name}\s+([\d.]+)(us|ms|s|m)", output).groups()
    return float(value) * UNITS[unit]


def errors(output: str) -> int:
    """Answers that were no success, and broken connections."""
    total = 0
    if found := re.search(r"Non-2xx or 3xx responses: (\d+)", output):
        total += int(found.group(1))
    if found := re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output):
        total += sum(int(n) for n in found.groups())
    return total
