"""A short month over real HTTP: the insight page's figures equal a count by hand in SQL."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bench.month import FIRST, Did, Month, month, signed_in
from tests.effort import examples
from tests.pagekit import check_page

DAYS = min(examples(9), 31)  # a whole month in `make faults`
SPAN = f"first={FIRST}&last={FIRST + timedelta(days=DAYS - 1)}"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory):
    with month(tmp_path_factory.mktemp("month"), reps=4) as simulated:
        simulated.live(days=DAYS, a_day=3, seed=11)
        simulated.app.config["KB_NOW"] += timedelta(hours=1)
        simulated.parts.insight.log.settle(simulated.app.config["KB_NOW"])
        yield simulated


@pytest.fixture(scope="module")
def lead(lived: Month):
    return signed_in(lived.port, "dana.reyes@northwind.example")


def by_hand(lived: Month, question: str) -> list[tuple]:
    database = sqlite3.connect(Path(lived.parts.settings.var) / "kb.sqlite3")
    try:
        return database.execute(question).fetchall()
    finally:
        database.close()


def shown(html: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, re.S)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]


def table(html: str, name: str) -> list[list[str]]:
    """The rows of the first table after that id."""
    body = html.partition(f'id="{name}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [shown(row, "t[hd]") for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]


def rows(lead, name: str) -> list[dict[str, str]]:
    text = lead.get(f"/insight/search/{name}.csv?{SPAN}")
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_what_people_did_is_what_the_log_has(lived: Month) -> None:
    """The same words again within ten minutes of the last look are the same search."""
    last: dict[tuple[str, str], Did] = {}
    searches = 0
    for act in lived.did:
        key = (act.who, act.words)
        if act.what == "search":
            before = last.get(key)
            searches += before is None or act.at - before.at > timedelta(minutes=10)
        if act.what in ("search", "open"):
            last[key] = act
    assert by_hand(lived, "SELECT count(*) FROM searches") == [(searches,)]
    assert searches > 60
    opened = {(a.who, a.words, a.at.date(), a.target.partition("?")[0]) for a in lived.did}
    opened = {one for one in opened if one[3]}
    (count,) = by_hand(lived, "SELECT count(*) FROM openings")[0]
    assert 0 <= count - len(opened) <= 2  # the same again on one day, in another search
    said = {act.what for act in lived.did}
    assert said >= {"search", "open"}


def test_the_overview(lived: Month, lead) -> None:
    html = lead.get(f"/insight/search?{SPAN}")
    check_page(html)
    figures = dict(zip(shown(html, "dt"), shown(html, "dd"), strict=True))
    ((searches, people, poor, unopened, asked),) = by_hand(
        lived,
        """SELECT count(*), count(DISTINCT person_key), sum(CASE WHEN convincing THEN 0 ELSE 1 END),
        sum(CASE WHEN hits > 0 AND (SELECT count(*) FROM openings o WHERE o.search_id = s.id) = 0
            THEN 1 ELSE 0 END),
        sum(asked) FROM searches s""",
    )
    assert figures["Searches"] == str(searches)
    assert figures["People"] == str(people) == "4"
    assert figures["No good result"].split()[0] == str(poor)
    assert figures["Nothing opened"].split()[0] == str(unopened)
    assert figures["Asked"] == str(asked)
    ((rank,),) = by_hand(lived, "SELECT avg(rank) FROM openings")
    assert figures["Average rank opened"] == f"{rank:.1f}"


def test_the_days_and_departments(lived: Month, lead) -> None:
    html = lead.get(f"/insight/search?{SPAN}")
    days = by_hand(
        lived, "SELECT substr(at, 1, 10) d, count(*) FROM searches GROUP BY d ORDER BY d DESC"
    )
    assert [int(row[1]) for row in table(html, "by-day")] == [count for _, count in days]
    counted = by_hand(
        lived,
        """SELECT coalesce(about, ''), count(*) FROM searches GROUP BY about ORDER BY 2, 1""",
    )
    listed = [int(row[1]) for row in table(html, "by-department")]
    assert sorted(listed) == [count for _, count in counted]
    drawn = re.findall(r"<title>([^<]*): (\d+)</title>", html.partition("by-rank")[0])
    assert sum(int(number) for _, number in drawn) == sum(count for _, count in days)
    of_file = sum(int(row["searches"]) for row in rows(lead, "days"))
    assert of_file == sum(count for _, count in days)


@pytest.mark.parametrize(
    ("which", "where"),
    [
        ("weak", "NOT convincing"),
        (
            "unopened",
            "hits > 0 AND NOT EXISTS (SELECT 1 FROM openings WHERE search_id = searches.id)",
        ),
    ],
)
def test_the_words_that_did_not_help(lived: Month, lead, which: str, where: str) -> None:
    check_page(lead.get(f"/insight/search/{which}?{SPAN}"))
    counted = by_hand(
        lived,
        f"""SELECT folded, count(DISTINCT person_key), count(*) FROM searches
        WHERE {where} GROUP BY folded""",
    )
    found = {row["words"]: (row["people"], row["searches"]) for row in rows(lead, which)}
    assert found == {
        words: (str(people), str(times) if people > 1 else "") for words, people, times in counted
    }
    together: dict[str, list[dict[str, str]]] = {}
    for row in rows(lead, which):
        together.setdefault(row["group"], []).append(row)
    for group in together.values():
        words = ", ".join("'" + row["words"] + "'" for row in group)
        ((people,),) = by_hand(
            lived,
            f"""SELECT count(DISTINCT person_key) FROM searches
            WHERE {where} AND folded IN ({words})""",
        )
        assert {row["people in the group"] for row in group} == {str(people)}


def test_bitcoin_is_one_group(lead) -> None:
    groups = {row["words"]: row["group"] for row in rows(lead, "weak")}
    about = [group for words, group in groups.items() if "bitcoin" in words]
    assert len(about) == 2
    assert len(set(about)) == 1


def test_what_was_opened(lived: Month, lead) -> None:
    counted = by_hand(
        lived,
        """SELECT procedure_id, count(*), round(avg(rank), 2), sum(ended = 'stayed'),
        sum(ended = 'came_back'), sum(ended = 'asked') FROM openings GROUP BY procedure_id""",
    )
    names = ("openings", "mean rank", "stayed", "came back", "asked")
    found = {row["id"]: tuple(float(row[name]) for name in names) for row in rows(lead, "opened")}
    assert found == {id: tuple(map(float, numbers)) for id, *numbers in counted}
    assert sum(numbers[3] for numbers in found.values()) > 0


def test_how_each_opening_ended_follows_from_what_people_did(lived: Month) -> None:
    """Votes say so; without one, a search or another opening within half a minute is a return."""
    endings = dict(by_hand(lived, "SELECT ended, count(*) FROM openings GROUP BY ended"))
    assert None not in endings
    voted_no = [act for act in lived.did if act.what == "vote no"]
    assert endings.get("asked", 0) >= len({(a.who, a.target, a.at.date()) for a in voted_no})


def test_the_times_are_those_of_half_and_of_95_in_100(lived: Month, lead) -> None:
    html = lead.get(f"/insight/search/slow?{SPAN}")
    times = sorted(ms for (ms,) in by_hand(lived, "SELECT millis FROM searches"))
    half, most = shown(html, "dd")[0], shown(html, "dd")[2]
    middle = times[(len(times) - 1) // 2]
    assert abs(float(re.sub(r"[^\d.]", "", half) or 1) - middle) <= 1.1
    shown_most = float(re.sub(r"[^\d.]", "", most)) * (1000 if most.endswith(" s") else 1)
    assert abs(shown_most - times[-1]) <= max(1.0, times[-1] * 0.06)


def test_nobody_is_named_anywhere(lived: Month, lead) -> None:
    keys = [key for (key,) in by_hand(lived, "SELECT DISTINCT person_key FROM searches")]
    for address in ("", "/weak", "/unopened", "/opened", "/slow", "/weak.csv", "/days.csv"):
        text = lead.get(f"/insight/search{address}?{SPAN}")
        assert not any(key in text for key in keys)
        assert "rep0" not in text.lower()
