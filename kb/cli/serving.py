"""`kb serve`: the web server and its background worker, as two children of one process."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

import click
from gunicorn.app import wsgiapp
from setproctitle import setproctitle

from kb.cli import home
from kb.cli.access_log import FORMAT, JSON
from kb.cli.common import Build, built, content_option, progress_bar, refused
from kb.cli.status import missing
from kb.condition import safety
from kb.jobs import scheduler_of
from kb.logs import log
from kb.measuring.metrics import begin_anew, metrics_folder
from kb.measuring.timings import Timings, timings_folder
from kb.parts import Parts
from kb.people import demo
from kb.settings import NoContent, Settings, SettingsError
from kb.worker.heartbeat import SILENT, Heartbeat, beat_in, heartbeat_file
from kb.worker.log_files import access_log_file
from kb.worker.scheduler import Duty

# A network mount or a full inotify table reports nothing: a scan of all file times finds it.
_SCAN_EVERY = 30.0
_FAILED = 5.0  # seconds until a refresh that failed is tried again
_NOTICE_WITHIN_MS = 500
_POLITE = 5  # niceness of the worker: whoever waits for a page goes first
_LOOK_EVERY = 0.2  # seconds between two looks at whether a child has ended
_PATIENCE = 1.0  # seconds between two starts of a worker that dies
_REMEMBERED = 10  # deaths
_FIRST_HANDED = 3  # the number of the first file that a service manager hands over


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
        with suppress(SettingsError):  # whatever is wrong is said by `built`
            _ensure_content(build)
    parts = built(build)
    _ensure_safe(parts.settings)
    door = _open_door(parts.settings)
    if not parts.search.index.fingerprints():
        with progress_bar() as report:
            # What stands in the way of that is no reason not to serve: the worker tries again.
            Duty("refreshing").done(
                partial(parts.publishing.publisher.refresh, date.today(), report)
            )
    parts.let_go()
    raise click.exceptions.Exit(_run(parts, door))


def _ensure_safe(settings: Settings) -> None:
    """One sentence for each unsafe setting, and exit code 2."""
    try:
        safety.ensure_safe(settings, os.environ)
    except SettingsError as error:
        raise refused(error) from error


def _ensure_content(build: Build) -> None:
    """Begin with the sample company where the home has no content and none is named."""
    try:
        build()
    except NoContent as missing:
        if "KB_CONTENT" not in os.environ and missing.folder.name == "content":
            home.take_sample(missing.folder)
            click.echo(f"The sample company is yours to change: {missing.folder}")


@click.command()
@content_option
@click.pass_obj
def worker(build: Build) -> None:
    """Watch the files and keep the index up to them (`kb serve` starts one)."""
    _work(built(build))


def _work(parts: Parts, deaths: tuple[float, ...] = ()) -> None:
    """What the background worker does, until it is told to end or has lost its parent.

    Whatever one duty raises costs that duty alone. `deaths` are those of workers before it.
    """
    os.nice(_POLITE)
    setproctitle("kb worker")
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    heart = Heartbeat(heartbeat_file(parts.settings.var), deaths)
    heart.begin(stop)
    Timings(timings_folder(parts.settings.var), "worker").begin()
    refreshing = Duty("refreshing", heart.tell, heart.ran)
    if parts.storage.exchange.wanted:
        words = (stop, partial(datetime.now, UTC))
        threading.Thread(target=parts.storage.exchange.run_until, args=words, daemon=True).start()
    again, scheduler = 0.0, scheduler_of(parts, heart)
    for changes in _changes(parts.settings.content, stop):
        if os.getppid() != parent:
            return
        rebuild = not parts.search.index.in_service and refreshing.well
        if changes or rebuild or time.monotonic() > again:
            heart.doing("refreshing")
            refreshing.done(partial(_refresh, parts))
            again = time.monotonic() + (_SCAN_EVERY if refreshing.well else _FAILED)
        scheduler.run_due()


def _changes(content: Path, stop: threading.Event) -> Iterator[set[object]]:
    """What changed in the content folder, at once and then once a second; mostly nothing.

    Another folder put in its place is a change too, and is the one that is watched from then on.
    """
    yield set()
    # Only here: the web server needs none of what it brings along.
    watch, swapped = import_module("watchfiles").watch, False
    while not stop.is_set():
        watched = _which(content)
        if watched is None:  # away for a moment
            stop.wait(_NOTICE_WITHIN_MS / 1000)
            yield set()
            continue
        changes: Iterator[set[object]] = watch(
            content,
            stop_event=stop,
            debounce=_NOTICE_WITHIN_MS,
            rust_timeout=_NOTICE_WITHIN_MS * 2,
            yield_on_timeout=True,
            watch_filter=None,
            raise_interrupt=False,
        )
        try:
            for found in changes:
                before, swapped = swapped, _which(content) != watched
                # Once more when the new one is watched: what came in between is seen then.
                yield {content} if swapped or before else found
                if swapped:
                    break
        except FileNotFoundError:
            continue
        except (OSError, RuntimeError) as error:
            # A name that is not UTF-8 and the like: whatever it was is looked for.
            log().error("watching_failed", why=str(error))
            stop.wait(_PATIENCE)
            yield {error}


def _which(folder: Path) -> tuple[int, int] | None:
    try:
        told = folder.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino


def _refresh(parts: Parts) -> None:
    done = parts.publishing.publisher.refresh(date.today())
    if done.changed or done.removed or done.indexed:
        log().info("refreshed", changed=done.changed, removed=done.removed, indexed=done.indexed)


def _introduce(parts: Parts) -> None:
    settings = parts.settings
    click.echo(f"{settings.name}: http://{settings.host}:{settings.port}/")
    now = datetime.now(UTC)
    if settings.demo:
        demo.ensure(parts.people.directory, now)
        click.echo(demo.introduction())
    elif not settings.open_reading and not parts.people.directory.has_administrator():
        password = secrets.token_urlsafe(12)
        parts.people.directory.add(
            "admin@localhost", "Administrator", password, administrator=True, now=now
        )
        click.echo(f"First sign-in: admin@localhost, password {password} (shown once)")
    for sentence in (*safety.doubts(settings), *missing()):
        click.echo(sentence)


def _open_door(settings: Settings) -> socket.socket:
    """Listen at the address of the site: whoever knocks from now on waits until it is served."""
    if handed := _handed_over():
        return handed
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        click.echo(
            f"kb: cannot listen on {where}: {os.strerror(error.errno or 0)}. "
            "Stop what listens there, or choose another port (--port, KB_PORT).",
            err=True,
        )
        raise click.exceptions.Exit(2) from error


def _handed_over() -> socket.socket | None:
    """The listening socket of the service manager (systemd's protocol), which outlives kb.

    Who knocks between two of ours waits, and nobody is turned away.
    """
    given, whose = os.environ.pop("LISTEN_FDS", ""), os.environ.pop("LISTEN_PID", "")
    return socket.socket(fileno=_FIRST_HANDED) if given and whose == str(os.getpid()) else None


def _run(parts: Parts, door: socket.socket) -> int:
    """Both children until the web server ends; the worker is started again when it dies."""
    begin_anew(metrics_folder(parts.settings.var))
    web = _Child(partial(_serve_pages, parts.settings, door))
    door.close()  # the child has it
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: _pass_on(web, number, stopping))
    _introduce(parts)
    parts.let_go()
    background = _Background(parts)
    while not web.ended():
        time.sleep(_LOOK_EVERY)  # first the site, which somebody may wait for
        if not stopping.is_set():  # a terminal's Ctrl-C has told the worker, too
            background.keep()
    background.end()
    return web.code


class _Background:
    """The worker: started again when it dies, ended and started again when it hangs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._heart = heartbeat_file(parts.settings.var)
        self._heart.unlink(missing_ok=True)
        self._child: _Child | None = None
        self._started = 0.0
        self._deaths: tuple[float, ...] = ()

    def keep(self) -> None:
        """See to it that one is at work."""
        now = time.monotonic()
        if self._child is None:
            self._start(now)
        elif self._child.ended():
            if now - self._started > _PATIENCE:
                self._deaths = (*self._deaths, now)[-_REMEMBERED:]
                log().error("worker_ended", code=self._child.code)
                self._start(now)
        elif self._hangs(now):
            log().error("worker_hangs", doing=getattr(beat_in(self._heart), "doing", ""))
            self._child.send(signal.SIGKILL)

    def end(self) -> None:
        """Let it end what it is at; one that does not hear is ended."""
        if self._child is None:
            return
        self._child.send(signal.SIGTERM)
        until = time.monotonic() + SILENT
        while not self._child.ended():
            if time.monotonic() > until:
                self._child.send(signal.SIGKILL)
            time.sleep(_LOOK_EVERY)

    def _start(self, now: float) -> None:
        self._child = _Child(partial(_work, self._parts, self._deaths))
        self._started = now

    def _hangs(self, now: float) -> bool:
        beat = beat_in(self._heart)
        heard = max(self._started, beat.at if beat else 0.0)
        return now - heard > SILENT or (beat is not None and beat.stuck(now))


class _Child:
    """A process that begins as a copy of this one: nothing is loaded a second time.

    It ends as every process does, with what is registered for that: not as multiprocessing's.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        self.code = 0  # its exit code, or the signal that killed it
        self._ended = False
        self._pid = os.fork()
        if not self._pid:
            _die_with_parent()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            run()
            sys.exit(0)

    def ended(self) -> bool:
        """Has it ended by now?"""
        if not self._ended:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._ended, self.code = True, abs(os.waitstatus_to_exitcode(status))
        return self._ended

    def send(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if not self.ended():
            os.kill(self._pid, number)


def _pass_on(web: _Child, number: int, stopping: threading.Event) -> None:
    if number != signal.SIGHUP:
        stopping.set()
    web.send(signal.SIGTERM if number == signal.SIGINT else number)


def _serve_pages(settings: Settings, door: socket.socket) -> None:
    """gunicorn, which loads the site once and forks its workers from that."""
    access_log_file(settings.var).parent.mkdir(parents=True, exist_ok=True)
    sys.argv = [
        *("gunicorn", "kb.app:create_app()", "--preload"),
        *("--bind", f"fd://{door.fileno()}"),
        *("--workers", str(settings.workers), "--threads", "2"),
        *("--worker-class", "kb.cli.http_worker.Worker", "--worker-connections", "800"),
        *("--access-logfile", str(access_log_file(settings.var)), "--log-level", "warning"),
        *("--logger-class", "kb.cli.access_log.AccessLog"),
        *("--access-logformat", JSON if settings.log_json else FORMAT),
        "--no-control-socket",
    ]
    wsgiapp.run()


def _die_with_parent() -> None:
    """Linux only: end this child when `kb serve` is killed, so that no port stays taken."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
