"""The answer below the search box, one's own earlier searches, and the ways onward."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import insert

from kb.app import create_app
from kb.database import openings, searches, writing
from kb.parts import Parts
from tests.conftest import LATE, NOW, signed_in
from tests.pagekit import page
from tests.web.acts import statements

SUGGESTIONS = "/search/suggestions"


def suggested(client: FlaskClient, q: str) -> dict:
    answer = client.get(SUGGESTIONS, query_string={"q": q})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.json


def ids(client: FlaskClient, q: str) -> list[str]:
    return [one["url"].rpartition("/")[2] for one in suggested(client, q)["procedures"]]


def earlier(client: FlaskClient) -> list[str]:
    return [one["text"] for one in suggested(client, "")["earlier"]]


def search(client: FlaskClient, parts: Parts, q: str) -> None:
    client.get("/search", query_string={"q": q})
    parts.insight.log.flush()


def test_a_procedure_is_suggested_with_its_department_and_keyword(rep: FlaskClient) -> None:
    first = suggested(rep, "where is my par")["procedures"][0]
    assert first["url"] == "/procedures/SHP-014"
    assert (first["quiet"], first["text"]) == ("Complaint:", "Late Shipment")
    assert first["department"] == "Shipping"
    assert first["keyword"] == "where is my parcel"
    assert not first["draft"]


def test_keywords_lead_into_the_tree(rep: FlaskClient) -> None:
    category, topic = suggested(rep, "compl")["keywords"]
    assert category["url"] == "/keywords/Complaint"
    assert topic["url"] == "/keyword?name=Complaint:+Late+Shipment"
    for one in (category, topic):
        page(rep, one["url"])


def test_a_draft_is_suggested_to_its_department_only(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, administrator: FlaskClient
) -> None:
    for stranger in (rep, outsider, administrator):
        answer = suggested(stranger, "zebra")
        assert answer == {"procedures": [], "keywords": []}
        assert suggested(stranger, "customs")["keywords"] == []
    own = suggested(editor, "zebra")
    assert [one["draft"] for one in own["procedures"]] == [True]
    assert own["keywords"]


def test_signed_out_there_is_none_unless_reading_is_open(parts: Parts, app: Flask) -> None:
    assert app.test_client().get(f"{SUGGESTIONS}?q=late").status_code == 302
    opened = create_app(replace(parts, settings=replace(parts.settings, open_reading=True)))
    stranger = opened.test_client()
    assert ids(stranger, "late") == ["SHP-014"]
    assert suggested(stranger, "") == {"earlier": [], "clearing": ""}
    assert stranger.get("/search/earlier").status_code == 302


@pytest.mark.parametrize("q", ["", "   ", "\0", "%00", "<b>", '"', "x" * 5000, "\ud800", "💥"])
def test_odd_text_is_answered(rep: FlaskClient, q: str) -> None:
    suggested(rep, q.encode("utf-8", "replace").decode())


def test_markup_in_a_title_stays_text(rep: FlaskClient, parts: Parts) -> None:
    raw = "---\nid: X-1\ntitle: 'Late <img src=x onerror=alert(1)>'\n---\nText.\n"
    (parts.settings.content / "x.md").write_text(raw, encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    answer = rep.get(f"{SUGGESTIONS}?q=onerror")
    assert answer.mimetype == "application/json"
    assert answer.json["procedures"][0]["text"] == "Late <img src=x onerror=alert(1)>"


def test_an_answer_while_typing_costs_no_sql_of_its_own(rep: FlaskClient, parts: Parts) -> None:
    suggested(rep, "late")
    with statements(parts.engine) as idle:
        rep.get("/help")
    with statements(parts.engine) as sent:
        suggested(rep, "late sh")
    assert len(sent) <= len(idle)


def test_typing_is_one_search_in_the_log_and_what_is_opened_belongs_to_it(
    rep: FlaskClient, parts: Parts
) -> None:
    for q in ("par", "parcel", "parcel late"):
        answer = suggested(rep, q)
    first = answer["procedures"][0]
    rep.get(first["url"] + first["trail"])
    parts.insight.log.flush()
    with parts.engine.connect() as connection:
        kept = connection.execute(searches.select()).all()
        opened = connection.execute(openings.select()).all()
    assert [(row.query, row.finished, row.opened) for row in kept] == [("parcel late", False, True)]
    assert [(row.procedure_id, row.rank) for row in opened] == [("SHP-014", 1)]


def test_one_s_earlier_searches_are_offered_to_oneself_alone(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    search(rep, parts, "money back")
    search(rep, parts, "late parcel")
    search(editor, parts, "secret zebra")
    assert earlier(rep) == ["late parcel", "money back"]
    assert earlier(editor) == ["secret zebra"]
    shown = page(rep, "/search/earlier")
    assert "late parcel" in shown
    assert "secret zebra" not in shown


def test_what_was_only_typed_is_no_earlier_search(rep: FlaskClient, parts: Parts) -> None:
    suggested(rep, "late parc")
    parts.insight.log.flush()
    assert earlier(rep) == []


def test_clearing_them_offers_none_again_but_new_ones(
    app: Flask, rep: FlaskClient, parts: Parts
) -> None:
    app.config["KB_NOW"] = NOW
    search(rep, parts, "late parcel")
    app.config["KB_NOW"] = NOW + timedelta(hours=1)
    assert rep.get("/search/earlier/clearing").status_code == 405
    assert rep.post("/search/earlier/clearing").status_code == 302
    assert earlier(rep) == []
    assert "There are none." in page(rep, "/search/earlier")
    app.config["KB_NOW"] = NOW + timedelta(hours=2)
    search(rep, parts, "refund")
    assert earlier(rep) == ["refund"]
    rep.post("/search/earlier/clearing")
    assert earlier(rep) == []


def test_the_box_of_every_page_says_where_suggestions_come_from(rep: FlaskClient) -> None:
    for address in ("/", "/search?q=late", "/procedures/SHP-014", "/help"):
        shown = page(rep, address)
        assert f'data-suggestions="{SUGGESTIONS}"' in shown
        assert "search-suggesting.js" in shown


# The ways onward on a procedure's page.


def opened_after(parts: Parts, people: int, first: str, then: str) -> None:
    with writing(parts.engine, "search log") as connection:
        for number in range(people):
            made = connection.execute(
                insert(searches).values(
                    person_key=f"key-{number}", at=NOW, day=NOW.date(), seen=NOW, query="q",
                    folded="q", mark="m", finished=True, hits=1, convincing=True, score=1.0,
                    millis=1.0, opened=True, asked=False,
                )
            )  # fmt: skip
            key = made.inserted_primary_key[0]
            for rank, opened in enumerate((first, then), 1):
                connection.execute(
                    insert(openings).values(
                        search_id=key, procedure_id=opened, rank=rank, said=False, day=NOW.date(),
                        at=NOW + timedelta(seconds=rank),
                    )
                )  # fmt: skip


def test_what_three_people_opened_next_is_offered(app: Flask, parts: Parts) -> None:
    late = LATE.replace("related: [BIL-001]\n", "")
    (parts.settings.content / "shipping/late-shipment.md").write_text(late, encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    opened_after(parts, 2, "SHP-014", "BIL-001")
    app.config["KB_NOW"] = NOW
    client = signed_in(app, "rep@kb.example")
    assert "Opened next" not in page(client, "/procedures/SHP-014")
    opened_after(parts, 3, "SHP-014", "BIL-001")
    app.config["KB_NOW"] = NOW + timedelta(minutes=11)
    shown = page(client, "/procedures/SHP-014")
    assert "Opened next" in shown
    assert "Order Lost in Transit" in shown.partition('id="opened-next"')[2]
    assert "Opened next" not in page(client, "/procedures/BIL-001")


def test_one_person_however_often_is_not_three(app: Flask, parts: Parts) -> None:
    for _ in range(5):
        opened_after(parts, 1, "BIL-001", "SHP-014")
    assert "Opened next" not in page(signed_in(app, "rep@kb.example"), "/procedures/BIL-001")


def test_a_draft_that_others_opened_next_is_not_named(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    opened_after(parts, 4, "SHP-014", "SHP-015")
    assert "Zebra" not in page(rep, "/procedures/SHP-014")
    assert "Zebra" in page(editor, "/procedures/SHP-014")


def test_what_is_near_in_meaning_is_offered_once(rep: FlaskClient, parts: Parts) -> None:
    copy = LATE.replace("SHP-014", "SHP-016").replace("Late Shipment", "Parcel Delayed", 1)
    copy = copy.replace("related: [BIL-001]\n", "")
    (parts.settings.content / "shipping/delayed.md").write_text(copy, encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    shown = page(rep, "/procedures/SHP-014")
    assert "Parcel Delayed" in shown.partition('id="near"')[2]
    opened_after(parts, 3, "SHP-016", "SHP-014")
    other = page(rep, "/procedures/SHP-016")
    assert other.count('href="/procedures/SHP-014"') == 1


def test_the_ways_onward_of_a_page_seen_before_cost_nothing(rep: FlaskClient, parts: Parts) -> None:
    opened_after(parts, 3, "SHP-014", "BIL-001")
    page(rep, "/procedures/SHP-014")
    with statements(parts.engine) as sent:
        page(rep, "/procedures/SHP-014")
    assert not [one for one in sent if "openings" in one or "procedures.related" in one]


# Search tests that fail, told to those who can mend them.


@pytest.fixture
def failing(parts: Parts) -> None:
    raw = LATE.replace("related:", "finds: [zeppelin freight]\nrelated:")
    (parts.settings.content / "shipping/late-shipment.md").write_text(raw, encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())


@pytest.mark.usefixtures("failing")
def test_a_failing_search_test_is_told_to_its_editors(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient
) -> None:
    said = "the search &#34;zeppelin freight&#34; shows this procedure not at all"
    assert said in page(editor, "/faults")
    assert said in page(editor, "/procedures/SHP-014")
    assert "zeppelin" not in page(outsider, "/faults")
    seen = page(rep, "/procedures/SHP-014")
    assert "zeppelin" not in seen
    assert "has a fault" not in seen


def test_the_synonym_page_tells_what_would_fail(
    editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    raw = LATE.replace("related:", "finds: [hushed crate]\nrelated:")
    content = parts.settings.content
    (content / "shipping/late-shipment.md").write_text(raw, encoding="utf-8")
    (content / "synonyms.yml").write_text("two_way:\n  - [hushed, late]\n", encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    shown = page(editor, "/synonyms/new?kind=two-way&words=hushed,+zebra")
    assert "would fail" not in shown
    listed = page(editor, "/synonyms")
    removal = listed.partition('href="/synonyms/')[2]
    keys = [part.partition('"')[0] for part in listed.split('href="/synonyms/')[1:]]
    entry = next(key for key in keys if len(key) == 16)
    shown = page(outsider, f"/synonyms/{entry}")
    assert removal
    assert "1 search test would fail" in shown
    assert "“hushed crate”" in shown
