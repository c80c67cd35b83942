"""kb behind nginx as docs/examples/nginx.conf has it: below a path, restarted, and lied to."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.database import connect, sign_in_attempts
from tests import databases, needs
from tests.cli.test_serving import free_port, within, without_settings

pytestmark = pytest.mark.slow
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "nginx.conf"
ROOT = "/desk"
BROWSERS = 8
HANDED = """
import os
os.dup2({}, 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
from kb.__main__ import main
main()
"""
SELF_SIGNED = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=kb -keyout {} -out {}"


@dataclass
class Deployed:
    """kb on a socket that outlives it, and nginx in front."""

    home: Path
    door: socket.socket
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Begin kb as systemd would: with the socket as its third file, and saying so."""
        number = self.door.fileno()
        with (self.home / "serve.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", HANDED.format(number), "serve"],
                pass_fds=[number],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **without_settings(),
                    **databases.environment_of(self.home),
                    "KB_HOME": str(self.home),
                    "KB_URL": f"https://127.0.0.1:{self.port}{ROOT}",
                    "KB_HTTPS": "1",
                    "KB_OPEN_READING": "1",
                },
            )
        self.processes.append(process)

    def stop(self) -> None:
        self.processes[-1].send_signal(signal.SIGTERM)
        self.processes[-1].wait(timeout=60)

    @contextmanager
    def browser(self) -> Iterator[http.client.HTTPSConnection]:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        one = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
        with closing(one):
            yield one

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        with self.browser() as browser:
            return asked(browser, path, headers=headers)


def asked(
    browser: http.client.HTTPSConnection,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[http.client.HTTPResponse, bytes]:
    named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    browser.request("POST" if body is not None else "GET", path, body, named)
    answer = browser.getresponse()
    return answer, answer.read()


def configured(folder: Path, port: int, inner: int) -> str:
    """The example, on ports of its own, below a path, as whoever runs the tests."""
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    made = SELF_SIGNED.format(key, certificate).split()
    subprocess.run(made, check=True, capture_output=True)
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{inner}"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/ssl/kb/fullchain.pem", str(certificate)),
        ("/etc/ssl/kb/privkey.pem", str(key)),
        ("location / {", f"location {ROOT} {{"),
    ):
        assert old in text
        text = text.replace(old, new)
    places = "".join(
        f"{what}_temp_path {folder / what};\n"
        for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root, it would work as somebody who may not enter the folder of the tests.
    user = "" if os.geteuid() else "user root;\n"
    return (
        f"{user}daemon off;\nerror_log stderr;\npid {folder / 'nginx.pid'};\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{text}}}\n"
    )


@pytest.fixture(scope="module")
def deployed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    needs.program("nginx", "apt-get install nginx-light")
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("nginx")
    subprocess.run(["cp", "-a", f"{template}/.", str(home)], check=True)
    databases.copied(template, home)
    home.chmod(0o700)
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as door:
        site = Deployed(home, door, free_port())
        (folder / "nginx.conf").write_text(configured(folder, site.port, door.getsockname()[1]))
        site.start()
        command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        with (folder / "log").open("wb") as log:
            front = subprocess.Popen(command, stderr=log)
        try:
            assert within(20, lambda: answers(site)), (home / "serve.log").read_text()
            yield site
        finally:
            front.terminate()
            front.wait(timeout=30)
            site.stop()
            databases.dropped(home)


def answers(site: Deployed) -> bool:
    try:
        return site.get(f"{ROOT}/healthz")[0].status == 200
    except OSError:
        return False


def test_pages_and_what_they_need_come_through(deployed: Deployed) -> None:
    page, html = deployed.get(f"{ROOT}/search?q=shipment")
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"]
    (style,) = re.findall(rf'href="({ROOT}/static/kb\.css[^"]*)"', html.decode())
    first, _ = deployed.get(style, Accept_Encoding="gzip")
    assert (first.status, first.headers["Content-Encoding"]) == (200, "gzip")
    tag = first.headers["ETag"]
    again, nothing = deployed.get(style, Accept_Encoding="gzip", If_None_Match=tag)
    assert (again.status, nothing) == (304, b"")
    assert b"</main>" not in deployed.get("/search")[1]
    led, _ = deployed.get(f"{ROOT}/account")
    assert led.headers["Location"].startswith(f"{ROOT}/sign-in")


def test_nobody_hides_behind_a_made_up_address(deployed: Deployed) -> None:
    """Attempts count for the machine that they come from, whatever it says."""
    lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "elsewhere.example"}
    with deployed.browser() as browser:
        shown, html = asked(browser, f"{ROOT}/sign-in", headers=lies)
        (token,) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', html.decode())
        form = {
            **lies,
            "Cookie": shown.headers["Set-Cookie"].partition(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://127.0.0.1:{deployed.port}{ROOT}/sign-in",
        }
        written = f"csrf_token={token}&email=nobody%40kb.example&password=x"
        assert asked(browser, f"{ROOT}/sign-in", written.encode(), form)[0].status == 403
    engine = connect(databases.load({}, deployed.home).database_url)
    with engine.connect() as connection:
        (address,) = connection.scalars(select(sign_in_attempts.c.address))
    engine.dispose()
    assert address == "127.0.0.1"


def test_what_is_too_large_is_told_by_kb(deployed: Deployed) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with deployed.browser() as browser:
        answer, html = asked(browser, f"{ROOT}/sign-in", b"email=" + b"x" * 20_000_000, form)
    assert answer.status in (400, 413)
    assert b"</main>" in html


def test_it_is_started_anew_and_nobody_notices(deployed: Deployed) -> None:
    """Eight browsers on kept connections, over two reloads and two restarts."""
    over, failed, served = threading.Event(), [], []

    def read() -> None:
        with deployed.browser() as browser:
            while not over.is_set():
                answer, _ = asked(browser, f"{ROOT}/procedures/SHP-014")
                (served if answer.status == 200 else failed).append(answer.status)

    readers = [threading.Thread(target=read) for _ in range(BROWSERS)]
    for one in readers:
        one.start()
    for _ in range(2):
        os.kill(deployed.processes[-1].pid, signal.SIGHUP)
        time.sleep(1)
        deployed.stop()
        before = len(served)
        deployed.start()
        assert within(60, lambda before=before: len(served) > before + BROWSERS)
    over.set()
    for one in readers:
        one.join()
    assert failed == []
    assert len(served) > 4 * BROWSERS
