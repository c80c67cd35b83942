"""Search insight: who may see it, what it counts, what can be done from it, what it never tells."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import Engine, select

from kb.database import ignored_searches, items, metadata, openings, reading, searches
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW, signed_in
from tests.insight.acts import search
from tests.pagekit import page
from tests.web.acts import hidden, statements

PAGES = ["", "/weak", "/unopened", "/opened", "/slow", "/ignored", "/pointing?words=norway"]
FILES = ["days", "weak", "unopened", "opened", "slow"]


class Clock:
    """The site's clock, turned by hand."""

    def __init__(self, app: Flask) -> None:
        self.app, self.now = app, NOW
        self.turn(0)

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.app.config["KB_NOW"] = self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    return Clock(app)


def written(parts: Parts, table, *names: str) -> list:
    parts.insight.log.flush()
    with parts.engine.connect() as connection:
        rows = connection.execute(select(*(table.c[name] for name in names)).order_by(table.c.id))
        return [tuple(row) for row in rows]


def opened_from(client: FlaskClient, query: str, id: str) -> None:
    """Search and follow the link of that hit."""
    html = client.get("/search", query_string={"q": query}).text
    (link, *_) = [part for part in html.split('"') if part.startswith(f"/procedures/{id}?from=")]
    assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_a_search_and_what_was_opened_from_it_are_kept(
    rep: FlaskClient, parts: Parts, clock: Clock
) -> None:
    opened_from(rep, "lost in transit parcel", "SHP-014")
    (row,) = written(parts, searches, "query", "folded", "hits", "convincing", "opened", "about")
    assert row[:3] == ("lost in transit parcel", "lost in transit parcel", 2)
    assert row[4:] == (True, "billing")
    assert written(parts, openings, "procedure_id", "rank", "ended") == [("SHP-014", 2, None)]


def test_the_rank_counts_over_all_pages(rep: FlaskClient, parts: Parts) -> None:
    folder = parts.storage.library.root / "many"
    folder.mkdir()
    for nth in range(12):
        text = f"---\nid: M-{nth}\ntitle: Many {nth}\n---\n\nWombat handling.\n"
        (folder / f"{nth}.md").write_text(text)
    parts.publishing.publisher.refresh(NOW.date())
    html = rep.get("/search?q=wombat&page=2").text
    assert "rank=11" in html
    assert "rank=1&" not in html


def test_filters_and_time_are_kept(rep: FlaskClient, parts: Parts) -> None:
    rep.get("/search?q=parcel&department=billing&category=refund")
    rows = written(parts, searches, "department", "category", "about", "millis")
    assert rows[0][:3] == ("billing", "refund", "billing")
    assert 0 < rows[0][3] < 60_000


def everything_in(engine: Engine) -> str:
    with reading(engine) as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def test_the_log_names_nobody(
    rep: FlaskClient, editor: FlaskClient, parts: Parts, clock: Clock
) -> None:
    for client in (rep, editor, rep):
        clock.turn(60)
        client.get(f"/search?q=parcel+{clock.now:%M}")
        parts.insight.log.flush()
    keys = [key for (key,) in written(parts, searches, "person_key")]
    assert keys[0] == keys[2] != keys[1]
    assert all(len(key) == 32 for key in keys)
    # The key that leads from a person to their rows stands in no table.
    secret = (parts.settings.var / "log_key").read_text()
    assert (parts.settings.var / "log_key").stat().st_mode & 0o777 == 0o600
    assert secret not in everything_in(parts.engine)


def test_signed_out_it_is_nobody(
    app: Flask, parts: Parts, anonymous: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    anonymous.get("/search?q=parcel")
    assert written(parts, searches, "id") == []  # sent to the sign-in
    assert parts.insight.log.key_of(None) == ""


@pytest.mark.parametrize(
    "forged",
    [
        "from=zzzz&rank=1",
        "from=0123456789&rank=1",
        "from=0123456789&rank=0",
        "from=0123456789&rank=-3",
        "from=0123456789&rank=99999999999999999999",
        "from=&rank=",
        "from=%00&rank=%00",
    ],
)
def test_a_forged_trail_leads_nowhere_and_harms_nothing(
    rep: FlaskClient, parts: Parts, clock: Clock, forged: str
) -> None:
    assert "Late Shipment" in page(rep, f"/procedures/SHP-014?{forged}")
    assert written(parts, openings, "id") == []


def test_a_link_passed_on_counts_for_nobody_else(
    rep: FlaskClient, outsider: FlaskClient, parts: Parts, clock: Clock
) -> None:
    html = rep.get("/search?q=parcel").text
    (link, *_) = [part for part in html.split('"') if part.startswith("/procedures/SHP-014?from=")]
    outsider.get(link.replace("&amp;", "&"))
    assert written(parts, openings, "id") == []


def test_the_plain_address_is_named_as_the_page(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/SHP-014?from=0123456789&rank=1")
    assert re.search(r'<link rel="canonical"\s+href="/procedures/SHP-014">', html)


def test_drafts_leave_no_trace_in_what_is_counted(editor: FlaskClient, parts: Parts) -> None:
    assert "Zebra" in page(editor, "/search?q=customs+zebra+papers")
    everybody = parts.search.searcher.search("customs zebra papers", Reader(), NOW.date())
    kept = written(parts, searches, "hits", "convincing", "about")
    assert kept == [(everybody.total, everybody.convincing, everybody.likely_department)]
    assert kept[0][:2] == (1, False)


@pytest.mark.parametrize("who", ["editor", "reviewer", "outsider", "administrator"])
@pytest.mark.parametrize("address", PAGES)
def test_those_who_write_see_it(
    request: pytest.FixtureRequest, clock: Clock, who: str, address: str
) -> None:
    page(request.getfixturevalue(who), f"/insight/search{address}")


@pytest.mark.parametrize("address", [*PAGES, *(f"/{name}.csv" for name in FILES)])
def test_nobody_else_does(rep: FlaskClient, anonymous: FlaskClient, address: str) -> None:
    assert rep.get(f"/insight/search{address}").status_code == 404
    assert anonymous.get(f"/insight/search{address}").status_code == 302
    assert "/insight" not in rep.get("/").text


@pytest.mark.parametrize(
    "address",
    [
        "?first=never&last=2026-99-99",
        "?first=2026-11-20&last=2026-11-01",
        "?first=0001-01-01&last=9999-12-31",
        "?department=nowhere",
        "?department=%00&first=%00",
    ],
)
def test_any_span_can_be_asked_for(editor: FlaskClient, clock: Clock, address: str) -> None:
    page(editor, f"/insight/search{address}")
    page(editor, f"/insight/search/weak{address}")


@pytest.fixture
def searched(app: Flask, parts: Parts, clock: Clock) -> None:
    """Two people look for Norway in other words, one for a secret, two read about late parcels."""
    rita, otto = (signed_in(app, f"{who}@kb.example") for who in ("rep", "outsider"))
    for client, query in (
        (rita, "ship to norway"),
        (otto, "norway shipping"),
        (rita, "norwegian shipping"),
        (rita, "giraffe allergy of mrs miller"),
        (rita, "parcel"),
        (otto, "=cmd()"),
    ):
        clock.turn(120)
        client.get("/search", query_string={"q": query})
    for client in (rita, otto):
        clock.turn(120)
        opened_from(client, "late shipment", "SHP-014")
    clock.turn(120)
    opened_from(rita, "money back", "BIL-001")
    clock.turn(5)
    rita.get("/search?q=money+back+lost")
    parts.insight.log.flush()
    parts.insight.log.settle(clock.now)


@pytest.mark.usefixtures("searched")
def test_the_overview_counts(editor: FlaskClient) -> None:
    html = page(editor, "/insight/search")
    figures = dict(zip(*(texts(html, tag) for tag in ("dt", "dd")), strict=True))
    assert figures["Searches"] == "10"
    assert figures["People"] == "2"
    assert "<svg" in html
    assert "Rita" not in html.partition("<main")[2]
    assert "Otto" not in html


def texts(html: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
    return [" ".join(re.sub("<[^>]+>", "", one).split()) for one in found]


@pytest.mark.usefixtures("searched")
def test_words_that_mean_the_same_stand_together(editor: FlaskClient) -> None:
    html = page(editor, "/insight/search/weak")
    first = html.partition('class="question"')[2].partition("</li>")[0]
    assert "2 people" in first
    assert "norway" in first
    assert "norwegian shipping" in first


@pytest.mark.usefixtures("searched")
def test_a_single_persons_words_are_not_counted_and_not_dated(editor: FlaskClient) -> None:
    html = page(editor, "/insight/search/weak")
    row = html.partition("giraffe allergy")[2].partition("</li>")[0]
    assert "1 person" in row
    assert "search</span>" not in row
    day = f"first={NOW:%Y-%m-%d}&last={NOW:%Y-%m-%d}"
    assert "giraffe" not in page(editor, f"/insight/search/weak?{day}")
    for name in FILES:
        assert "giraffe" not in editor.get(f"/insight/search/{name}.csv?{day}").text


@pytest.mark.usefixtures("searched")
def test_what_was_opened_and_what_came_of_it(editor: FlaskClient, clock: Clock) -> None:
    html = page(editor, "/insight/search/opened")
    late = html.partition("Late Shipment")[2].partition("</tr>")[0]
    assert "2 <span" in late  # both stayed
    rows = list(csv.reader(io.StringIO(editor.get("/insight/search/opened.csv").text)))
    assert rows[1] == ["SHP-014", "Complaint: Late Shipment", "Shipping", "2", "1.0", "2", "0", "0"]
    assert rows[2][0] == "BIL-001"
    assert rows[2][5:] == ["0", "1", "0"]


def test_titles_of_others_drafts_are_not_told(
    editor: FlaskClient, outsider: FlaskClient, parts: Parts, clock: Clock
) -> None:
    opened_from(editor, "customs zebra papers", "SHP-015")
    parts.insight.log.flush()
    assert "Customs Zebra" in page(editor, "/insight/search/opened")
    assert "Customs Zebra" in editor.get("/insight/search/opened.csv").text
    for address in ("/opened", "/opened.csv", "/pointing?words=zebra"):
        text = outsider.get(f"/insight/search{address}").text
        assert "Customs Zebra" not in text
        assert "SHP-015" not in text


@pytest.mark.usefixtures("searched")
def test_no_cell_is_a_formula(editor: FlaskClient, clock: Clock, app: Flask, parts: Parts) -> None:
    clock.turn(300)
    editor.get("/search", query_string={"q": "=+@"})
    parts.insight.log.flush()
    for name in FILES:
        answer = editor.get(f"/insight/search/{name}.csv")
        assert answer.mimetype == "text/csv"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row), row


@pytest.mark.usefixtures("searched")
def test_ignored_words_are_gone_until_they_are_taken_back(
    editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    html = page(editor, "/insight/search/weak")
    words = hidden(html.partition("giraffe")[2], "words")
    answer = editor.post("/insight/search/ignored", data={"words": words, "which": "weak"})
    assert answer.status_code == 302
    editor.post("/insight/search/ignored", data={"words": words})  # twice is once
    assert "giraffe" not in page(outsider, "/insight/search/weak")
    assert "giraffe" in page(outsider, "/insight/search/ignored")
    outsider.post("/insight/search/ignored/removal", data={"words": words})
    assert "giraffe" in page(editor, "/insight/search/weak")
    with parts.engine.connect() as connection:
        assert connection.execute(select(ignored_searches)).all() == []


@pytest.mark.usefixtures("searched")
def test_a_department_is_asked_with_the_number_of_people(
    reviewer: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    asked = ["ship to norway", "norway shipping"]
    data = {"words": asked, "which": "weak", "department": "billing"}
    answer = reviewer.post("/insight/search/questions", data=data)
    assert answer.location == "/insight/search/weak"
    with parts.engine.connect() as connection:
        (item,) = connection.execute(select(items)).all()
    assert (item.kind, item.department, item.query) == ("request", "billing", "ship to norway")
    assert item.comment.startswith("2 people have searched for this from")
    assert "norway shipping" in item.comment
    assert "ship to norway" in page(outsider, "/inbox")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"words": "", "which": "weak"},
        {"words": "x", "which": "weak", "department": "nowhere"},
        {"words": "x", "which": "all", "department": "billing"},
        {"words": "x" * 501, "which": "weak", "department": "billing"},
    ],
)
def test_a_bad_question_is_refused(editor: FlaskClient, parts: Parts, data: dict) -> None:
    assert editor.post("/insight/search/questions", data=data).status_code == 400
    with parts.engine.connect() as connection:
        assert connection.execute(select(items)).all() == []


@pytest.mark.parametrize("address", ["/questions", "/ignored/removal"])
def test_a_get_of_what_is_posted_is_no_page(editor: FlaskClient, address: str) -> None:
    assert editor.get(f"/insight/search{address}").status_code in (404, 405)


def test_pointing_offers_the_ways(editor: FlaskClient, clock: Clock) -> None:
    html = page(editor, "/insight/search/pointing?words=parcel,+gone")
    assert "Late Shipment" in html
    assert "/synonyms/new?kind=one-way&amp;typed=parcel+gone&amp;finds=" in html
    link = next(part for part in html.split('"') if part.startswith("/synonyms/new?"))
    assert "Show what it changes" in page(editor, link.replace("&amp;", "&"))
    assert editor.get("/insight/search/pointing").status_code == 404


def test_the_links_to_the_editor_wait_for_the_editor(app: Flask, editor: FlaskClient) -> None:
    has = {rule.rule for rule in app.url_map.iter_rules()}
    html = page(editor, "/insight/search/pointing?words=parcel")
    assert ("As a keyword" in html) == ("/procedures/<path:procedure_id>/edit" in has)


def test_the_cost_does_not_grow_with_the_log(
    editor: FlaskClient, parts: Parts, clock: Clock
) -> None:
    def cost() -> list[int]:
        counts = []
        for address in PAGES[:6]:
            with statements(parts.engine) as sent:
                page(editor, f"/insight/search{address}")
            counts.append(len(sent))
        return counts

    few = cost()
    for nth in range(300):
        event = search(0, f"word{nth % 40} number", who=f"p{nth % 7}")
        parts.insight.log.tell(replace(event, at=NOW - timedelta(minutes=11 * nth)))
    parts.insight.log.flush()
    # One more where there are words: how many people stand behind each group.
    assert all(later - before <= 1 for before, later in zip(few, cost(), strict=True))
    assert max(few) <= 15


def test_without_a_log_it_says_so(editor: FlaskClient, app: Flask) -> None:
    assert "Nobody searched for anything" in page(editor, "/insight/search")
