"""`python -m bench.history [COMMITS] [FILES]`: history pages over a large repository."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient

from bench import corpus
from kb.app import build, create_app
from kb.parts import Parts
from kb.settings import load

_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_ROUNDS = 20
_BUSY = 300  # one file has that many versions, as a price list would


def main() -> None:
    """Make the repository, read it, and time each page."""
    commits, files = (int(n) for n in (*sys.argv[1:], "10000", "10000")[:2])
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as name:
        home = Path(name)
        pages = corpus.pages(files)
        corpus.write(home / "content", pages)
        paths = sorted(str(p.relative_to(home / "content")) for p in home.glob("content/**/*.md"))
        _repository(home / "content", paths, commits)
        parts = build(load({}, home))
        print(f"{commits:,} commits over {files:,} files")
        _reading(parts)
        _pages(parts, paths)


def _repository(content: Path, paths: list[str], commits: int) -> None:
    """One commit of all files, then one file a commit; the last leaves all as it is on disk."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(content)], check=True)
    stream = b"".join(_stream(content, paths, commits))
    subprocess.run(["git", "fast-import", "--quiet"], input=stream, cwd=content, check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=content, check=True)


def _stream(content: Path, paths: list[str], commits: int) -> Iterator[bytes]:
    dice = random.Random(4)
    texts = {path: (content / path).read_bytes() for path in paths}
    yield _commit(0, "All that we have")
    yield from (_file(path, texts[path]) for path in paths)
    for number in range(1, commits):
        path = paths[0] if number % max(1, commits // _BUSY) == 0 else dice.choice(paths)
        texts[path] += f"\nAdded by commit {number}.\n".encode()
        yield _commit(number, f"Change {number} of {path}")
        yield _file(path, texts[path])


def _commit(number: int, note: str) -> bytes:
    when = int((_BEGAN + timedelta(hours=2 * number)).timestamp())
    who = f"Author {number % 40} <author{number % 40}@kb.example> {when} +0000"
    message = f"{note}\n\nKb-Kind: minor\n".encode()
    head = f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(message)}\n"
    return head.encode() + message


def _file(path: str, text: bytes) -> bytes:
    return f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n"


def _reading(parts: Parts) -> None:
    began, spent = time.perf_counter(), time.process_time()
    parts.publishing.publisher.read_history()
    print(
        f"history read for the first time: {time.perf_counter() - began:.1f} s"
        f" ({time.process_time() - spent:.1f} s of work)"
    )
    parts.publishing.publisher.refresh(datetime.now(UTC).date())
    content = parts.storage.library.root
    path = next(content.rglob("*.md"))
    path.write_bytes(path.read_bytes() + b"\nOnce more.\n")
    own = ["-c", "user.name=A", "-c", "user.email=a@kb.example"]
    subprocess.run(["git", *own, "commit", "-qam", "Once more"], cwd=content, check=True)
    spent = time.process_time()
    parts.publishing.publisher.read_history()
    print(f"one more commit read: {(time.process_time() - spent) * 1000:.1f} ms of work")


def _pages(parts: Parts, paths: list[str]) -> None:
    id = parts.catalogue.at_path(paths[0])
    app = create_app(parts)
    app.config.update(WTF_CSRF_ENABLED=False)
    parts.people.directory.add("bench@kb.example", "Bench", "correct horse battery", now=_BEGAN)
    client = app.test_client()
    client.post("/sign-in", data={"email": "bench@kb.example", "password": "correct horse battery"})
    for what, address in (
        ("procedure", f"/procedures/{id}"),
        ("history, page 1", f"/procedures/{id}/history"),
        ("history, page 5", f"/procedures/{id}/history?page=5"),
        ("a version as of a time", f"/procedures/{id}?as_of=2025-03-03T10:00"),
        ("differences", f"/procedures/{id}/differences"),
        ("who wrote what", f"/procedures/{id}/authors"),
        ("whole base as of a time", "/as-of?at=2025-03-03T10:00"),
        ("whole base, page 50", "/as-of?at=2025-03-03T10:00&page=50"),
    ):
        print(f"{what}: {_timed(client, address)}")


def _timed(client: FlaskClient, address: str) -> str:
    times, work = [], []
    for _ in range(_ROUNDS):
        began, spent = time.perf_counter(), time.process_time()
        answer = client.get(address, follow_redirects=True)
        times.append((time.perf_counter() - began) * 1000)
        work.append((time.process_time() - spent) * 1000)
        assert answer.status_code == 200, f"{address}: {answer.status}"
    slowest = max(times)
    return f"{median(times):.0f} ms median, {slowest:.0f} ms slowest, {median(work):.0f} ms of work"


if __name__ == "__main__":
    main()
