"""What the product is compared with, on the same cores: nginx with the same bytes in a file, and a small Django
REST Framework application over the same rows."""

import os
import subprocess
import sys
from pathlib import Path

import seed
from process import Server

DJANGO = Path(__file__).parent / "django_peer"
PYTHON = "/usr/bin/python3"  # Debian's, which sees Debian's Django

NGINX = """
worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100;
  default_type application/json;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u;
  scgi_temp_path {dir}/s;
  server {{ listen 127.0.0.1:{port}; root {dir}/www; }}
}}
"""


def nginx(directory: Path, port: int, core: int, files: dict[str, bytes]) -> Server:
    (directory / "www").mkdir(parents=True, exist_ok=True)
    for each in (directory, *directory.parents):
        if each.stat().st_uid == os.getuid():
            each.chmod(each.stat().st_mode | 0o055)
    for name, content in files.items():
        (directory / "www" / name).write_bytes(content)
    (directory / "nginx.conf").write_text(NGINX.format(dir=directory, port=port))
    return Server(["/usr/sbin/nginx", "-c", str(directory / "nginx.conf")], (core,), f"http://127.0.0.1:{port}/")


class Django:
    def __init__(self, directory: Path, port: int, servers: int):
        self.directory, self.servers, self.port = directory, servers, port
        self.base = f"http://127.0.0.1:{port}"
        self.environment = {"PEER_DATABASE": str(directory / "peer.db"), "PYTHONDONTWRITEBYTECODE": "1",
                            "PEER_SECRET": "bench-only"}
        self.token = ""

    def manage(self, *words: str) -> str:
        return subprocess.run([PYTHON, "manage.py", *words], cwd=DJANGO, check=True, capture_output=True, text=True,
                              env={**os.environ, **self.environment}).stdout

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.manage("migrate", "--run-syncdb")
        seed.fill_peer(self.directory / "peer.db", self.servers)
        self.token = self.manage(
            "shell", "-c",
            "from django.contrib.auth.models import User;from rest_framework.authtoken.models import Token;"
            "print(Token.objects.create(user=User.objects.create_user('bench')).key)").split()[-1]

    def start(self, core: int) -> Server:
        return Server([PYTHON, "-m", "gunicorn", "--workers", "2", "--threads", "1", "--keep-alive", "60",
                       "--worker-class", "gthread", "--bind", f"127.0.0.1:{self.port}", "wsgi"], (core,),
                      f"{self.base}/api/servers/", self.environment, cwd=DJANGO,
                      log=self.directory / "django.log")


def missing() -> list[str]:
    """What the comparison needs and this machine lacks."""
    lacking = [tool for tool, path in (("nginx", "/usr/sbin/nginx"), ("wrk", "/usr/bin/wrk")) if not Path(path).exists()]
    modules = subprocess.run([PYTHON, "-c", "import rest_framework, gunicorn"], capture_output=True, check=False)
    if modules.returncode != 0:
        lacking.append("python3-djangorestframework and python3-gunicorn")
    return lacking


if __name__ == "__main__":
    sys.exit("\n".join(missing()))
