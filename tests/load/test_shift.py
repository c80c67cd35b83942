"""A shift: reps search and read, vote and ask, editors save, all at once, for ten minutes.

In an ordinary run a short one over few procedures; `make load` has 10,000 and ten minutes. What was
acknowledged must be there at the end, no request may fail, and memory must not grow.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote_plus

import psutil
import pytest
from sqlalchemy import func, select

from bench import corpus
from bench.corpus import Page
from kb.app import build
from kb.database import items, reading, votes
from kb.parts import Parts
from tests import databases
from tests.cli.test_serving import Site, serving, within
from tests.conftest import PASSWORD, with_fast_passwords
from tests.effort import in_earnest
from tests.load.crowd import Client, Said
from tests.load.test_votes import gunicorn_workers
from tests.publishing.conftest import git
from tests.reliability import Figures
from tests.web.publishing.test_editing import fields

pytestmark = pytest.mark.slow

PROCEDURES = in_earnest(60, 10_000)
SECONDS = in_earnest(6, 600)
READERS, EDITORS = 6, 2
_FLAT = 1.05  # memory at the end, as a multiple of that in the middle
_HIT = re.compile(r'data-hit="([^"]+)"')
# The version that was read, and the seal by which a vote on it counts after the next save.
_READ = re.compile(r'name="(version|seal)"\s+value="([^"]+)"')


class Shift:
    """Who does what until the end, what was acknowledged, and how long each took."""

    def __init__(self, site: Site, pages: list[Page]) -> None:
        self._site = f"http://127.0.0.1:{site.port}"
        self._asked = [quote_plus(query) for query in corpus.queries(pages, 500)]
        self._pages = pages
        self._lock = threading.Lock()
        self.took: defaultdict[str, list[float]] = defaultdict(list)
        self.voted: set[tuple[int, str]] = set()
        self.asked = 0
        self.saved: dict[str, int] = {}
        self.again = 0

    def run(self) -> None:
        self._end = time.monotonic() + SECONDS
        with ThreadPoolExecutor(READERS + EDITORS) as people:
            done = [people.submit(self._read, number) for number in range(READERS)]
            done += [people.submit(self._write, number) for number in range(EDITORS)]
            for one in done:
                one.result()

    def _read(self, person: int) -> None:
        chance = random.Random(person)
        rep = Client(self._site, f"rep{person}@kb.example")
        for nth in self._until_the_end():
            query = chance.choice(self._asked)
            found = self._timed("search", rep.page, f"/search?q={query}")
            self._timed("as you type", rep.page, f"/search/suggestions?q={query[:5]}")
            hits = _HIT.findall(found)
            if not hits:
                continue
            page = self._timed("procedure", rep.page, f"/procedures/{hits[0]}")
            if nth % 4 == 0:
                read = dict(_READ.findall(page))
                assert read.keys() == {"version", "seal"}
                said = (*read.items(), ("helpful", "no"))
                self._timed("vote", rep.say, Said(f"/procedures/{hits[0]}/votes", said))
                with self._lock:
                    self.voted.add((person, hits[0]))
            if nth % 10 == 0:
                asked = (("q", f"question {nth} of {person}"), ("department", "orders"))
                self._timed("question", rep.say, Said("/requests", asked))
                with self._lock:
                    self.asked += 1
        with self._lock:
            self.again += rep.again

    def _write(self, person: int) -> None:
        editor = Client(self._site, f"editor{person}@kb.example")
        own = self._pages[person].id
        for nth in self._until_the_end():
            form = fields(self._timed("form", editor.page, f"/procedures/{own}/edit"))
            form["body"] = re.sub(r"\s*Number \d+\.\s*$", "", form["body"]) + f"\n\nNumber {nth}."
            said = Said(f"/procedures/{own}/edits", tuple(form.items()))
            self._timed("save", editor.say, said)
            self.saved[own] = nth + 1
            time.sleep(min(1.0, SECONDS / 20))
        with self._lock:
            self.again += editor.again

    def _until_the_end(self) -> Iterator[int]:
        nth = 0
        while time.monotonic() < self._end:
            yield nth
            nth += 1

    def _timed(self, what: str, do, given):
        began = time.monotonic()
        answer = do(given)
        self.took[what].append(1000 * (time.monotonic() - began))
        return answer


class Memory:
    """Proportional megabytes of all processes of a site, every second or so."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.mb: list[float] = []

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def growth(self) -> float:
        """The last tenth, as a multiple of the tenth in the middle."""
        tenth = max(1, len(self.mb) // 10)
        middle = len(self.mb) // 2
        return median(self.mb[-tenth:]) / median(self.mb[middle : middle + tenth])

    def _watch(self) -> None:
        while not self._stop.wait(max(0.5, SECONDS / 300)):
            own = [*gunicorn_workers(self._site), *self._site.workers()]
            self.mb.append(sum(psutil.Process(pid).memory_full_info().pss for pid in own) / 2**20)


@pytest.fixture
def pages(tmp_path: Path) -> list[Page]:
    made = corpus.pages(PROCEDURES)
    corpus.write(tmp_path / "content", made)
    ids = sorted({page.department for page in made})
    lines = [f"  - id: {one}\n    name: {one.title()}\n" for one in ids]
    (tmp_path / "content" / "departments.yml").write_text("departments:\n" + "".join(lines))
    return made


@pytest.fixture
def parts(tmp_path: Path, pages: list[Page]) -> Iterator[Parts]:
    built = with_fast_passwords(build(databases.load({}, tmp_path)))
    now = datetime.now(UTC)
    built.publishing.publisher.refresh(now.date())
    add = built.people.directory.add
    for number in range(READERS):
        add(f"rep{number}@kb.example", f"Rep {number}", PASSWORD, now=now)
    for number in range(EDITORS):
        own = [pages[number].department]
        add(f"editor{number}@kb.example", f"Ed {number}", PASSWORD, editor_of=own, now=now)
    yield built
    built.insight.log.close()
    built.let_go()
    databases.dropped(tmp_path)


def test_a_shift_loses_nothing_and_no_request_fails(
    parts: Parts, pages: list[Page], tmp_path: Path, figures: Figures
) -> None:
    parts.let_go()
    with serving(tmp_path, "--workers", "2", KB_FEEDBACK_PER_HOUR="1000000") as site:
        assert within(60, lambda: len(gunicorn_workers(site)) == 2)
        shift = Shift(site, pages)
        with Memory(site) as memory:
            shift.run()
    with reading(parts.engine) as connection:

        def count(*which: object) -> int:
            return connection.scalar(select(func.count()).where(*which)) or 0

        assert count(votes.c.helpful.is_(False)) == len(shift.voted)
        assert count(items.c.kind == "request") == shift.asked
    history = tmp_path / "var" / "history.git"
    for page in pages[:EDITORS]:
        (file,) = (tmp_path / "content").rglob(f"{page.id.lower()}.md")
        path = file.relative_to(tmp_path / "content").as_posix()
        texts = git(history, "log", "--format=%H", "main", "--", path).split()
        assert len(texts) == shift.saved[page.id] + 1
        assert f"Number {shift.saved[page.id] - 1}." in file.read_text()
    assert shift.again == 0, "a request failed and had to be sent again"
    grown = memory.growth()
    told = {
        f"ms_{what}_p{hundredth}".replace(" ", "_"): round(quantiles(took, n=100)[hundredth - 1])
        for what, took in shift.took.items()
        if what in ("search", "procedure", "save", "vote")
        for hundredth in (50, 95, 99)
    }
    everything = sum(map(len, shift.took.values()))
    figures(
        procedures=PROCEDURES,
        seconds=SECONDS,
        requests=everything,
        a_second=round(everything / SECONDS),
        **told,
        failed=shift.again,
        lost=0,
        MB_memory=round(memory.mb[-1]),
        percent_more_memory_at_the_end_than_in_the_middle=round(100 * (grown - 1)),
    )
    assert SECONDS < 300 or grown <= _FLAT
