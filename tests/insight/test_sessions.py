"""Which requests are one search, and how each opening ended."""

from __future__ import annotations

import tempfile
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine

from kb.database import connect
from kb.insight.sql.search_log import Log
from tests.databases import migrated
from tests.effort import examples
from tests.insight.acts import ask, at, ended, opening, rows, search, typed, vote


def told(log: Log, *events, together: bool = False) -> None:
    """One batch an event, as it comes on a quiet day, or all in one."""
    for event in events:
        log.tell(event)
        if not together:
            log.flush()
    log.flush()
    log.settle(at(10_000))


BOTH = pytest.mark.parametrize("together", [False, True], ids=["apart", "in one batch"])


@BOTH
def test_a_burst_of_typing_is_one_search(log: Log, engine: Engine, together: bool) -> None:
    burst = [typed(nth * 0.4, "where is my parcel"[: 3 + nth]) for nth in range(16)]
    told(log, *burst, search(9, "where is my parcel"), together=together)
    assert rows(engine, "query", "finished", "at") == [("where is my parcel", True, at(0))]


@BOTH
def test_what_was_sent_and_then_added_to_is_one_search(
    log: Log, engine: Engine, together: bool
) -> None:
    told(log, search(0, "late"), search(20, "late shipment"), together=together)
    assert rows(engine) == ["late shipment"]


def test_after_thirty_seconds_it_is_another_search(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), search(30.1, "late shipment"))
    assert rows(engine) == ["late", "late shipment"]


def test_a_slip_corrected_while_typing_is_the_same_search(log: Log, engine: Engine) -> None:
    told(log, typed(0, "shippm"), typed(1, "ship"), typed(2, "shipment"))
    assert rows(engine) == ["shipment"]


def test_other_words_are_another_search(log: Log, engine: Engine) -> None:
    told(log, typed(0, "refund"), typed(5, "parcel"), search(8, "gift card"))
    assert rows(engine) == ["refund", "parcel", "gift card"]


def test_deleting_what_was_sent_is_no_search(log: Log, engine: Engine) -> None:
    told(log, search(0, "parcel"), typed(2, "parc"), typed(3, "par"), typed(4, "pa"))
    assert rows(engine) == ["parcel"]


def test_a_letter_or_two_is_no_search_unless_it_is_sent(log: Log, engine: Engine) -> None:
    told(log, typed(0, "pa"), search(60, "tv"))
    assert rows(engine) == ["tv"]


def test_nobody_continues_somebody_elses_search(log: Log, engine: Engine) -> None:
    told(log, typed(0, "late"), typed(1, "late shipment", who="ben"))
    assert rows(engine) == ["late", "late shipment"]


def test_what_was_opened_from_is_a_search_of_its_own(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), opening(3, "late"), search(20, "late shipment"))
    assert rows(engine, "query", "opened") == [("late", True), ("late shipment", False)]


def test_the_same_words_again_are_looked_at_once_more(log: Log, engine: Engine) -> None:
    narrowed = search(300, "late", department="billing")
    told(log, search(0, "late"), narrowed, search(400, "late", again=True))
    assert rows(engine, "query", "department", "about") == [("late", "billing", "billing")]
    told(log, search(1100, "late"))
    assert len(rows(engine)) == 2


def test_a_further_page_is_never_a_search(log: Log, engine: Engine) -> None:
    told(log, search(0, "late", again=True))
    assert rows(engine) == []


def test_who_reads_on_has_stayed(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), opening(3, "late", rank=4), search(40, "refund"))
    assert ended(engine) == [("SHP-014", 4, "stayed")]


def test_it_is_not_known_before_half_a_minute(log: Log, engine: Engine) -> None:
    log.tell(search(0, "late"))
    log.tell(opening(3, "late"))
    log.flush()
    log.settle(at(32.9))
    assert ended(engine) == [("SHP-014", 1, None)]
    log.settle(at(33))
    assert ended(engine) == [("SHP-014", 1, "stayed")]


@BOTH
def test_who_searches_within_half_a_minute_came_back(
    log: Log, engine: Engine, together: bool
) -> None:
    told(log, search(0, "late"), opening(3, "late"), search(20, "late"), together=together)
    assert ended(engine) == [("SHP-014", 1, "came_back")]
    assert rows(engine) == ["late"]


@BOTH
def test_who_opens_another_came_back_from_the_first(
    log: Log, engine: Engine, together: bool
) -> None:
    second = opening(12, "late", "BIL-001", 2)
    told(log, search(0, "late"), opening(3, "late"), second, together=together)
    assert ended(engine) == [("SHP-014", 1, "came_back"), ("BIL-001", 2, "stayed")]


def test_opened_again_it_counts_once_and_as_it_ended_last(log: Log, engine: Engine) -> None:
    back = (opening(12, "late", "BIL-001", 2), opening(20, "late"))
    told(log, search(0, "late"), opening(3, "late"), *back)
    assert ended(engine) == [("SHP-014", 1, "stayed"), ("BIL-001", 2, "came_back")]


def test_a_helpful_vote_is_a_stay_however_short(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), opening(3, "late"), vote(9, True), search(15, "refund"))
    assert ended(engine) == [("SHP-014", 1, "stayed")]


def test_not_helpful_is_asking(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), opening(3, "late"), vote(200, False))
    assert ended(engine) == [("SHP-014", 1, "asked")]


def test_could_not_find_is_asking(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), opening(3, "late"), search(60, "late"), ask(90, "late"))
    assert rows(engine, "query", "asked") == [("late", True)]
    assert ended(engine) == [("SHP-014", 1, "asked")]


def test_a_word_said_much_later_is_about_something_else(log: Log, engine: Engine) -> None:
    told(log, search(0, "late"), opening(3, "late"), vote(1804, False), ask(3000, "late"))
    assert ended(engine) == [("SHP-014", 1, "stayed")]
    assert rows(engine, "asked") == [False]


def test_an_opening_from_words_typed_on_belongs_to_the_search(log: Log, engine: Engine) -> None:
    told(log, typed(0, "parc"), typed(1, "parcel"), opening(3, "parc"))
    assert ended(engine) == [("SHP-014", 1, "stayed")]


def test_an_opening_from_nowhere_is_none(log: Log, engine: Engine) -> None:
    told(log, opening(3, "never searched"))
    told(log, search(10, "late", who="ben"), opening(12, "late"))  # ben's link, ana's click
    assert ended(engine) == []


def test_signed_out_each_search_that_was_sent_counts(log: Log, engine: Engine) -> None:
    told(
        log,
        typed(0, "lat", who=""),
        search(1, "late", who=""),
        search(2, "late shipment", who=""),
        opening(5, "late shipment", who=""),
        search(6, "refund", who=""),
    )
    assert rows(engine) == ["late", "late shipment", "refund"]
    assert ended(engine) == [("SHP-014", 1, "unknown")]


WORDS = st.sampled_from(["late", "late shipment", "la", "refund", "Refund", "", "ref"])
NEVER = st.just(0)
ACTS = st.one_of(
    st.builds(search, NEVER, WORDS),
    st.builds(typed, NEVER, WORDS),
    st.builds(opening, NEVER, WORDS, st.sampled_from(["A", "B"])),
    st.builds(vote, NEVER, st.booleans(), st.sampled_from(["A", "B"])),
    st.builds(ask, NEVER, WORDS),
)
STEPS = st.lists(st.tuples(st.sampled_from([1, 12, 29, 31, 200, 700]), ACTS), max_size=14)


# Without shrinking, which takes minutes where every example writes to a disk.
@settings(max_examples=examples(25), deadline=None, phases=[Phase.generate])
@given(steps=STEPS, seed=st.integers(0, 99))
def test_how_events_fall_into_batches_changes_nothing(steps: list, seed: int) -> None:
    times = accumulate(wait for wait, _ in steps)
    acts = [replace(act, at=at(when)) for (_, act), when in zip(steps, times, strict=True)]
    rng = Random(seed)
    outcomes = []
    for split in (lambda: False, lambda: rng.random() < 0.5):
        with tempfile.TemporaryDirectory() as name:
            base = migrated(Path(name))
            log = Log(connect(str(base.url)), Path(name) / "log_key", str.lower)
            for act in acts:
                log.tell(act)
                if split():
                    log.flush()
            log.flush()
            log.settle(at(10_000))
            outcomes.append(
                (rows(base, "query", "at", "seen", "asked", "finished"), sorted(ended(base)))
            )
            log.close()
            base.dispose()
    assert outcomes[0] == outcomes[1]
