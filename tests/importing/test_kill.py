"""kill -9 at any point of an import: all of it or nothing, and what was promised is there, once."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from kb.app import build
from kb.importing.proposed import Fate
from kb.parts import Parts
from tests.conftest import NOW
from tests.databases import load
from tests.effort import kills
from tests.importing.test_proposing import CUSTOMS, VOUCHER, brought_in, fates, proposed
from tests.publishing.saved import forked, told
from tests.reliability import Figures

KILLS = kills(3)
_NUMBER = re.compile(r"Number \d+-\d+\.")


def numbered(number: str) -> list[list[object]]:
    """Both rows, each with that number in its answer."""
    return [[*row[:2], f"{row[2]}\n\nNumber {number}.", *row[3:]] for row in (CUSTOMS, VOUCHER)]


def keeps_bringing_in(parts: Parts, tell: Callable[[str], None]) -> None:
    """One changed workbook after the other."""
    brought_in(parts, *numbered(f"{os.getpid()}-0"))  # loads the model
    tell("ready")
    for number in count(1):
        done = brought_in(parts, *numbered(f"{os.getpid()}-{number}"), later=number)
        tell(f"brought in {done.commit}")


def goes_on(parts: Parts, number: str, nth: int) -> None:
    """With the next workbook. What was cut off may have written its files and not from which rows:
    then they look edited, and it is asked."""
    rows = numbered(number)
    asked = {one.drafted.sources[0]: True for one in proposed(parts, rows).of(Fate.CONFLICT)}
    brought_in(parts, *rows, later=10_000 + nth, decided=asked)


def numbers(home: Path) -> list[str]:
    """Those in the files that came of rows."""
    texts = (file.read_text() for file in sorted((home / "content").rglob("*.md")))
    return [number for text in texts for number in _NUMBER.findall(text)]


def test_an_import_killed_at_any_point_is_whole_or_not_at_all(
    parts: Parts, home: Path, figures: Figures
) -> None:
    chance, promised = random.Random("importing"), set()
    parts.let_go()
    for nth in range(KILLS):
        child, pipe = forked(home, keeps_bringing_in)
        lines = told(pipe, until="ready")
        time.sleep(chance.random() * 0.8)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += told(pipe)
        os.close(pipe)
        assert not [line for line in lines if line.startswith("failed")]
        promised |= {line[11:] for line in lines if line.startswith("brought")}
        after = build(load({}, home))
        after.publishing.publisher.refresh(NOW.date())
        after.publishing.saver.settle_bulk_changes()
        first, *others = numbers(home)
        assert others == [first], nth
        listed, _ = after.publishing.ledger.listed(["shipping", "billing"], 1, 100_000)
        assert promised <= {bulk.commit for bulk in listed}
        assert after.publishing.ledger.unended() == []
        assert set(fates(proposed(after, numbered(first[7:-1]))).values()) == {Fate.UNCHANGED}
        goes_on(after, f"0-{nth}", nth)
        assert numbers(home) == [f"Number 0-{nth}."] * 2, nth
        after.insight.log.close()
        after.let_go()
    assert promised
    figures(kills=KILLS, imports=len(promised), lost=0)
