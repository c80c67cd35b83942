"""Rounds of looking at links: gathered, looked at politely, taken up again after a kill."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from kb.jobs import scheduler_of
from kb.parts import Parts
from kb.tidying.link_checking import LinkChecking, is_web
from kb.tidying.link_probe import Finding, LinkState, Outside
from tests.conftest import NOW
from tests.effort import examples
from tests.publishing.saved import forked, told
from tests.tidying.test_link_probe import Site, site

LINKS = """\
---
id: SHP-050
title: Carriers
department: shipping
---

See [the carrier]({0}/fine) and [the old form]({0}/status/404).
Again [the carrier]({0}/fine), or <{0}/status/500>.
[Inside](http://10.0.0.1/admin) [mail](mailto:a@b.example)
"""


class Killed(Exception):
    """As if the worker ended here."""


@pytest.fixture
def carriers(parts: Parts, home: Path):
    with site() as port:
        text = LINKS.format(f"http://127.0.0.1:{port}")
        (home / "content" / "shipping" / "carriers.md").write_text(text)
        parts.publishing.publisher.refresh(NOW.date())
        yield Outside([("127.0.0.1", port)], 2.0, 5.0)


def checking(parts: Parts, outside: Outside, pause: float = 0.0, later: int = 1) -> LinkChecking:
    now = NOW + timedelta(minutes=later)
    return LinkChecking(parts.storage.library, parts.tidying.links, outside, pause, lambda: now)


def test_what_is_asked_for_is_looked_at_and_told(parts: Parts, carriers: Outside) -> None:
    assert parts.tidying.links.round("shipping") is None
    assert parts.tidying.links.ask("shipping", NOW)
    assert not parts.tidying.links.ask("shipping", NOW)
    assert parts.tidying.links.wanted() == [("shipping", False)]
    checking(parts, carriers).work()
    assert parts.tidying.links.wanted() == []
    told = [(one.line, one.state) for one in parts.tidying.links.broken("shipping", 10)]
    assert told == [(7, "dead"), (9, "refused"), (8, "unsure")]
    ended = parts.tidying.links.round("shipping")
    assert ended is not None
    assert (ended.links, ended.looked_at, ended.gathered) == (4, 4, True)
    assert len([one for one in Site.asked if one[1] == "/fine"]) == 1
    assert parts.tidying.links.broken("billing", 10) == []


def test_killed_in_the_middle_it_goes_on_where_it_was(parts: Parts, carriers: Outside) -> None:
    class Dying(Outside):
        left = 2

        def look(self, url: str) -> Finding:
            if not Dying.left:
                raise Killed
            Dying.left -= 1
            return carriers.look(url)

    parts.tidying.links.ask("shipping", NOW)
    with pytest.raises(Killed):
        checking(parts, Dying()).work()
    midway = parts.tidying.links.round("shipping")
    assert midway is not None
    assert (midway.links, midway.looked_at, midway.ended_at) == (4, 2, None)
    before = len(Site.asked)
    checking(parts, carriers).work()
    assert parts.tidying.links.wanted() == []
    assert len(parts.tidying.links.broken("shipping", 10)) == 3
    checking(parts, carriers).work()  # running twice asks nothing twice
    again = [path for _, path, _ in Site.asked[before:]]
    assert len(again) == len(set(again)) + again.count("/status/500") // 2 + (
        again.count("/status/404") // 2
    )


@contextmanager
def many_links(parts: Parts, home: Path) -> Iterator[int]:
    """Forty links to a server of the test's own, which is asked for them; its port."""
    with site() as port:
        lines = "".join(f"[{nth}](http://127.0.0.1:{port}/status/404?{nth})\n" for nth in range(40))
        head = "---\nid: SHP-051\ntitle: Forms\ndepartment: shipping\n---\n\n"
        (home / "content" / "shipping" / "forms.md").write_text(head + lines)
        parts.publishing.publisher.refresh(NOW.date())
        parts.tidying.links.ask("shipping", NOW)
        parts.let_go()  # a child that is forked has connections of its own
        yield port


def outside(port: int) -> Outside:
    return Outside([("127.0.0.1", port)], 2.0, 5.0)


def test_kill_minus_9_at_any_moment_loses_nothing_and_asks_little_twice(
    parts: Parts, home: Path
) -> None:
    chance, kills, known = random.Random("links"), examples(3), 0
    with many_links(parts, home) as port:
        for _ in range(kills):
            child, pipe = forked(home, lambda own, tell: works(own, tell, port))
            lines = told(pipe, until="ready")
            time.sleep(chance.random() * 0.3)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            lines += told(pipe)
            os.close(pipe)
            assert not [line for line in lines if line.startswith("failed")]
            midway = parts.tidying.links.round("shipping")
            assert midway.looked_at >= known
            known = midway.looked_at
            parts.let_go()
        checking(parts, outside(port)).work()
    ended = parts.tidying.links.round("shipping")
    assert (ended.links, ended.looked_at) == (40, 40)
    assert ended.ended_at is not None
    assert len(parts.tidying.links.broken("shipping", 100)) == 40
    # By HEAD and by GET each; again only what a kill interrupted.
    asked = Counter(path for method, path, _ in Site.asked if method == "HEAD")
    assert len(asked) == 40
    assert asked.total() <= 40 + kills


def works(own: Parts, tell: Callable[[str], None], port: int) -> None:
    """The worker, until it is killed: slowly enough for that."""
    tell("ready")
    while True:
        LinkChecking(
            own.storage.library,
            own.tidying.links,
            outside(port),
            0.02,
            lambda: NOW + timedelta(minutes=1),
        ).work()
        time.sleep(0.01)


def test_one_host_is_not_asked_in_a_hurry(parts: Parts, carriers: Outside) -> None:
    parts.tidying.links.ask("shipping", NOW)
    began = time.monotonic()
    checking(parts, carriers, pause=0.3).work()
    assert time.monotonic() - began >= 0.6  # three links to it, two pauses


def test_a_host_that_wants_peace_is_left_alone(parts: Parts, carriers: Outside) -> None:
    asked: list[str] = []

    class Busy(Outside):
        def look(self, url: str) -> Finding:
            asked.append(url)
            return Finding(LinkState.UNSURE, "it is busy (429)", 3600)

    parts.tidying.links.ask("shipping", NOW)
    checking(parts, Busy()).work()
    assert len(asked) == 2  # one of each host
    assert {one.why for one in parts.tidying.links.broken("shipping", 10)} == {
        "it is busy (429)",
        "the host asked not to be asked so soon",
    }


def test_a_link_that_is_mended_is_told_no_more(parts: Parts, home: Path, carriers: Outside) -> None:
    parts.tidying.links.ask("shipping", NOW)
    checking(parts, carriers).work()
    (home / "content" / "shipping" / "carriers.md").write_text("---\nid: SHP-050\n---\n\nNone.\n")
    parts.publishing.publisher.refresh(NOW.date())
    parts.tidying.links.ask("shipping", NOW + timedelta(hours=1))
    checking(parts, carriers, later=61).work()
    assert parts.tidying.links.broken("shipping", 10) == []


def test_what_went_to_another_department_is_not_told_here(
    parts: Parts, home: Path, carriers: Outside
) -> None:
    parts.tidying.links.ask("shipping", NOW)
    checking(parts, carriers).work()
    path = home / "content" / "shipping" / "carriers.md"
    path.write_text(path.read_text().replace("department: shipping", "department: billing"))
    parts.publishing.publisher.refresh(NOW.date())
    assert parts.tidying.links.broken("shipping", 10) == []


def test_only_web_addresses_are_asked() -> None:
    assert is_web("https://carrier.example/a?b=c")
    for other in ("mailto:a@b.example", "tel:112", "x.md", "//host/x", "ftp://a/b", "http://a b"):
        assert not is_web(other)


def test_the_site_itself_allows_no_private_address(parts: Parts, carriers: Outside) -> None:
    """What assembly builds, on the same links: the test's own server gets nothing."""
    parts.tidying.links.ask("shipping", NOW)
    Site.asked.clear()
    (job,) = [job for job in scheduler_of(parts).of if job.name == "links"]
    job.run(NOW)
    end = time.monotonic() + 60
    while parts.tidying.links.wanted() and time.monotonic() < end:
        time.sleep(0.05)
    assert {one.state for one in parts.tidying.links.broken("shipping", 10)} == {"refused"}
    assert Site.asked == []
