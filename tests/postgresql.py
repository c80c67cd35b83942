"""A PostgreSQL server of one's own for the tests: made, started on a free port, and stopped.

    .venv/bin/python -m tests.postgresql [options of pytest]

runs all tests that use a database on it. Debian's package `postgresql` is what it takes.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import needs

HOW = "install the package postgresql"
# What a crash loses is PostgreSQL's to test: here nothing waits for the disk.
_OPTIONS = (
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
)


def programs() -> Path | None:
    """Where its programs are; the newest, where there are several. None where there are none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: int(it.parent.name))
    found = shutil.which("initdb")
    places = [*debian, *([Path(found).parent] if found else [])]
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


class Server:
    """A server in `folder`, which is there and empty; not started yet."""

    def __init__(self, place: Path, folder: Path) -> None:
        port = _free_port()
        self.url = f"postgresql+psycopg://kb@127.0.0.1:{port}/postgres"
        self._user = _user(folder)
        self._control = [place / "pg_ctl", "-D", folder / "data", "-w", "-s"]
        options = " ".join(f"-c {option}" for option in (*_OPTIONS, f"port={port}"))
        self._start = ["-o", f"{options} -k {folder}", "-l", folder / "log", "start"]
        self._run(place / "initdb", "-D", folder / "data", "-A", "trust", "-U", "kb", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def start(self) -> None:
        """Until it takes connections."""
        self._run(*self._control, *self._start)

    def stop(self) -> None:
        """Whoever is connected is cut off; what was committed stays."""
        self._run(*self._control, "-m", "fast", "stop")

    def end(self) -> None:
        """For good, whether it runs or not."""
        with suppress(subprocess.CalledProcessError):
            self._run(*self._control, "-m", "immediate", "stop")

    def _run(self, *command: object) -> None:
        words = list(map(str, command))
        subprocess.run(words, user=self._user, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def server() -> Iterator[Server]:
    """One that lives as long as the block. The test is left out where PostgreSQL is missing."""
    place = programs()
    if place is None:
        needs.missing("PostgreSQL", HOW)
    assert place is not None
    with tempfile.TemporaryDirectory(prefix="kb-postgresql-") as name:
        made = Server(place, Path(name))
        made.start()
        try:
            yield made
        finally:
            made.end()


def _user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: Debian's package has brought a user of its own."""
    if os.getuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return owner.pw_name


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def main(options: list[str]) -> int:
    """Run the tests on a server of their own; what pytest says."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server ends with us
    if programs() is None:
        print(f"There is no PostgreSQL here: {HOW}.", file=sys.stderr)
        return 1
    with server() as made:
        environment = {**os.environ, "KB_TEST_DATABASE_URL": made.url}
        command = [sys.executable, "-m", "pytest", *options]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
