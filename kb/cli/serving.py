"""`kb serve`: the web server and its background worker, as two children of one process."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from types import FrameType

import click
import structlog
import watchfiles

from kb.cli.common import Build, built, content_option, progress_bar
from kb.parts import Parts
from kb.people import demo

log = structlog.get_logger()

# A network mount or a full inotify table reports nothing: a scan of all file times finds it.
_SCAN_EVERY = 30.0
_NOTICE_WITHIN_MS = 500


@click.command()
@content_option
@click.option("--host", help="Address to listen on, instead of KB_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of KB_PORT.")
@click.option("--workers", type=click.IntRange(1, 64), help="Instead of KB_WORKERS.")
@click.option("--demo", "as_demo", is_flag=True, help="With the sample company's people.")
@click.pass_obj
def serve(
    build: Build, host: str | None, port: int | None, workers: int | None, as_demo: bool
) -> None:
    """Serve the site until interrupted."""
    # The children read their settings from the environment, as every process does.
    chosen = {"KB_HOST": host, "KB_PORT": port, "KB_WORKERS": workers, "KB_DEMO": as_demo or None}
    os.environ.update({name: str(value) for name, value in chosen.items() if value is not None})
    if as_demo:
        os.environ.setdefault("KB_NAME", demo.COMPANY)
    parts = built(build)
    _introduce(parts)
    if not parts.index.fingerprints():
        with progress_bar() as report:
            parts.publisher.refresh(date.today(), report)
    parts.engine.dispose()
    raise click.exceptions.Exit(_run(parts))


@click.command()
@content_option
@click.pass_obj
def worker(build: Build) -> None:
    """Watch the files and keep the index up to them (`kb serve` starts one)."""
    parts = built(build)
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    _refresh(parts)
    if parts.exchange.wanted:
        words = (stop, partial(datetime.now, UTC))
        threading.Thread(target=parts.exchange.run_until, args=words, daemon=True).start()
    scanned = time.monotonic()
    for changes in _changes(parts, stop):
        if os.getppid() != parent:
            return
        due = time.monotonic() - scanned > _SCAN_EVERY or not parts.index.folder.exists()
        if changes or due:
            _refresh(parts)
            scanned = time.monotonic()
        parts.duties.do_due()


def _changes(parts: Parts, stop: threading.Event) -> Iterator[set[tuple[watchfiles.Change, str]]]:
    return watchfiles.watch(
        parts.settings.content,
        stop_event=stop,
        debounce=_NOTICE_WITHIN_MS,
        rust_timeout=_NOTICE_WITHIN_MS * 2,
        yield_on_timeout=True,
        watch_filter=None,
        raise_interrupt=False,
    )


def _refresh(parts: Parts) -> None:
    try:
        done = parts.publisher.refresh(date.today())
    except OSError as error:
        # A full disk or a folder without rights passes; the next look tries again.
        log.error("refresh_failed", why=str(error))
        return
    if done.changed or done.removed or done.indexed:
        log.info("refreshed", changed=done.changed, removed=done.removed, indexed=done.indexed)


def _introduce(parts: Parts) -> None:
    settings = parts.settings
    click.echo(f"{settings.name}: http://{settings.host}:{settings.port}/")
    now = datetime.now(UTC)
    if settings.demo:
        demo.ensure(parts.directory, now)
        click.echo(demo.introduction())
    elif not settings.open_reading and not parts.directory.has_administrator():
        password = secrets.token_urlsafe(12)
        parts.directory.add(
            "admin@localhost", "Administrator", password, administrator=True, now=now
        )
        click.echo(f"First sign-in: admin@localhost, password {password} (shown once)")


def _run(parts: Parts) -> int:
    """Both children until the web server ends; the worker is started again when it dies."""
    web = subprocess.Popen(_gunicorn(parts), preexec_fn=_die_with_parent)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: _pass_on(web, number, _frame))
    background: subprocess.Popen[bytes] | None = None
    started = 0.0
    while web.poll() is None:
        if (background is None or background.poll() is not None) and (
            time.monotonic() - started > 1.0
        ):
            background = subprocess.Popen(
                [sys.executable, "-m", "kb", "worker"], preexec_fn=_die_with_parent
            )
            started = time.monotonic()
        try:
            web.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
    if background is not None:
        background.terminate()
        background.wait()
    return max(web.returncode, 0)


def _pass_on(web: subprocess.Popen[bytes], number: int, _frame: FrameType | None) -> None:
    if web.poll() is None:
        web.send_signal(signal.SIGTERM if number == signal.SIGINT else number)


def _gunicorn(parts: Parts) -> list[str]:
    settings = parts.settings
    logs = settings.var / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return [
        *(sys.executable, "-m", "gunicorn", "kb.app:create_app()"),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--workers", str(settings.workers), "--worker-class", "gthread", "--threads", "4"),
        *("--access-logfile", str(logs / "access.log"), "--log-level", "warning"),
        "--no-control-socket",
    ]


def _die_with_parent() -> None:
    """Linux only: end this child when `kb serve` is killed, so that no port stays taken."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
