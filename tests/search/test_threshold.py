"""When nothing fits, said by what chance reaches in this base."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.search.encoder.encoding import Encoding
from kb.search.evaluation.general_fit import FEWEST, renew
from kb.search.ranking.learned_words import Learned
from kb.search.ranking.threshold import (
    LEAST,
    MOST,
    UNKNOWN,
    EncodedThresholds,
    Threshold,
    ThresholdFile,
    fit,
    most_known,
)
from kb.search.searcher import Searcher
from kb.search.words.synonyms import Synonyms
from tests.search.shelf import REP, TODAY, entry, nothing, searcher
from tests.search.small_encoder import small_encoder
from tests.search.test_golden import golden

FOREIGN = [
    line
    for line in Path(__file__).with_name("foreign_questions.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PARTS = ("pump", "valve", "gasket", "boiler", "flange", "nozzle")
ACTS = ("replace", "clean", "order", "inspect", "calibrate", "store")


def workshop(folder: Path, language: str = "english") -> Searcher:
    """One procedure for each act on each part."""
    every = [
        entry(f"{act}-{part}", f"{act} a {part}".capitalize(), f"Steps: {act} the {part} by hand.")
        for act in ACTS
        for part in PARTS
    ]
    return searcher(folder, *every, language=language)


def test_foreign_questions_are_doubted_and_own_ones_are_not(company: Searcher) -> None:
    renew(company)
    behind = [one for one in FOREIGN if company.search(one, REP, TODAY, limit=1).convincing]
    right = [
        (typed, found.convincing)
        for typed, wanted in golden()
        if (found := company.search(typed, REP, TODAY, limit=1)).hits and found.hits[0].id == wanted
    ]
    doubted = [typed for typed, convincing in right if not convincing]
    assert len(FOREIGN) >= 120
    assert 100 * len(behind) / len(FOREIGN) <= 10, behind
    assert 100 * len(doubted) / len(right) <= 6, doubted


def test_the_questions_are_asked_again_when_much_has_changed(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    first = renew(found)
    assert (first.procedures, LEAST <= first.fit <= MOST) == (36, True)
    found.index.update([entry("one", "Paint a pump", "Steps: Paint.")], [], nothing)
    assert renew(found) == first
    more = [entry(f"paint-{n}", f"Paint {n}", "Steps: Paint.") for n in range(8)]
    found.index.update(more, [], nothing)
    assert renew(found).procedures == 45


def test_what_was_found_out_holds_for_all_processes(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    told = renew(found)
    assert Searcher(found.index).threshold() == told


@pytest.mark.parametrize("language", ["english", "german"])
def test_too_few_procedures_and_other_languages_are_not_asked(
    tmp_path: Path, language: str
) -> None:
    count = FEWEST - 1 if language == "english" else FEWEST
    every = [entry(f"P-{n}", f"Pumpe {n}", "Schritte.") for n in range(count)]
    assert renew(searcher(tmp_path, *every, language=language)) == Threshold(UNKNOWN, count)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "{}",
        "[1]",
        '{"made": [1], "fit": "x", "procedures": 2, "pull": {}}',
        '{"made": [1], "fit": 1, "procedures": 2, "pull": [3]}',
    ],
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, told: str) -> None:
    path = tmp_path / "threshold.json"
    file = ThresholdFile(path, [1])
    assert file() == Threshold()
    path.write_text(told)
    assert file() == Threshold()
    told = Threshold(2.0, 50, {"A-1": 1.25})
    file.write(told)
    assert (file(), ThresholdFile(path, [2])()) == (told, Threshold())
    path.unlink()
    assert file() == Threshold()


def test_half_of_the_words_must_be_known() -> None:
    assert most_known([True, False])
    assert not most_known([True, False, False])


def test_a_fit_allows_for_length_and_for_what_is_not_found() -> None:
    assert fit(1.0, 6, 6, 0) > fit(1.0, 2, 2, 0) > fit(1.0, 1, 1, 0) == 1.0
    assert fit(1.0, 4, 4, 0) > fit(1.0, 4, 2, 0) > fit(1.0, 4, 0, 0) > 0
    assert fit(1.0, 2, 2, 0.5) == 2 * fit(1.0, 2, 2, 0)
    assert fit(1.0, 0, 0, 0) < 0.5  # filler alone tells nothing
    assert fit(1.0, 2, 2, 1.0) < 20


def test_filler_that_nobody_writes_is_no_reason_to_doubt(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    plain, polite = (
        found.glance(text, REP, 1) for text in ("calibrate nozzle", "hi my calibrate nozzle")
    )
    assert polite.score < 0.8 * plain.score
    assert polite.fit > 0.9 * plain.fit


def test_what_the_best_hit_lacks_is_a_reason_to_doubt(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    whole, half = (
        found.glance(text, REP, 1) for text in ("calibrate nozzle", "calibrate nozzle gasket valve")
    )
    assert half.fit / half.score < whole.fit / whole.score


def test_what_means_the_same_or_was_learned_is_not_doubted(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    assert not found.search("squirter", REP, TODAY).convincing
    synonyms = Synonyms(two_way=(("squirter", "calibrate a nozzle"),))
    meant = Searcher(found.index, lambda: synonyms).search("squirter", REP, TODAY)
    assert (meant.hits[0].id, meant.convincing, meant.missing) == ("calibrate-nozzle", True, ())
    many = Learned.of([("calibrate-nozzle", "squirter", 500)])
    learned = Searcher(found.index, learned=lambda: many).glance("squirter", REP, 1)
    assert learned.fit == pytest.approx(learned.score)


def test_the_words_that_no_procedure_has_are_named(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    assert found.search("where do I order a saddle", REP, TODAY).missing == ("saddle",)
    assert found.search("inspect the boiler", REP, TODAY).missing == ()


def test_what_falls_off_is_counted_apart(tmp_path: Path) -> None:
    filler = "Write the number of the order down and tell the customer. " * 5
    others = [entry(f"O-{n}", f"Rule {n}", f"Steps: {filler} Late on day {n}.") for n in range(9)]
    late = entry("LATE", "Late parcel", "Steps: The parcel is late.", keywords=("late parcel",))
    found = searcher(tmp_path, late, *others)
    sharp = found.search("late parcel", REP, TODAY)
    assert (sharp.hits[0].id, sharp.total, sharp.near) == ("LATE", 10, 3)
    broad = found.search("number of the order", REP, TODAY)
    assert broad.near == broad.total == 9
    assert found.search("department:shipping", REP, TODAY).near == 10


def test_where_nothing_fits_a_few_are_listed_at_first(tmp_path: Path) -> None:
    found = workshop(tmp_path).search("hand stirrup saddle bridle", REP, TODAY)
    assert (found.convincing, found.total, found.near) == (False, 36, 10)


def test_what_is_stood_behind_is_what_reaches_the_threshold(company: Searcher) -> None:
    threshold = renew(company)
    for one in [typed for typed, _ in golden()] + FOREIGN:
        seen = company.glance(one, REP, 1)
        wanted = threshold.of(seen.hits[0].id) if seen.hits else 0
        assert not seen.convincing or seen.fit >= wanted - 1e-6, one


def test_what_anything_gets_to_must_fit_better(tmp_path: Path) -> None:
    found = workshop(tmp_path)
    about = "Open an account, pay a bill by card, book a room, change the phone, cancel an order. "
    every = entry("everything", "Help with anything", about * 4)
    found.index.update([every], [], nothing)
    threshold = renew(found)
    others = [pull for id, pull in threshold.pull.items() if id != "everything"]
    assert threshold.pull["everything"] > max(others) > 1 > min(others) > 0
    assert threshold.of("everything") == threshold.fit * threshold.pull["everything"]
    assert threshold.of("unheard-of") == threshold.fit
    text = "can I change the phone of the room"
    fit = found.glance(text, REP, 1).fit
    for wanted, behind in ((0.9, True), (1.1, False)):
        told = Threshold(1.0, 37, {"everything": fit * wanted})
        found.threshold.write(told)
        assert found.search(text, REP, TODAY, limit=1).convincing == behind


def test_each_encoder_has_a_threshold_of_its_own_once_it_was_asked(tmp_path: Path) -> None:
    plain = ThresholdFile(tmp_path / "threshold.json", [1])
    every = EncodedThresholds(tmp_path, [1], plain)
    plain.write(Threshold(1.1, 40))
    assert every("") == every("one") == Threshold(1.1, 40)
    every.file("one").write(Threshold(1.4, 40))
    assert every("one") == Threshold(1.4, 40)
    assert every("") == every("other") == Threshold(1.1, 40)
    assert EncodedThresholds(tmp_path, [2], plain)("one") == Threshold(1.1, 40)


def test_the_questions_are_asked_with_the_encoder_too(tmp_path: Path) -> None:
    plain = workshop(tmp_path)
    encoding = Encoding(str(small_encoder(tmp_path / "small")), plain.index.folder)
    both = Searcher(plain.index, encoding=encoding)
    encoding.catch_up(both.snapshots)
    before, found = renew(both), renew(both, closely=True)
    assert found.procedures == before.procedures == len(PARTS) * len(ACTS)
    assert both.basis(closely=True)[3] == found
    assert both.basis(closely=False)[3] == before
