"""The whole route table, walked signed out and as each person: closed unless it says open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from kb.database import metadata
from kb.parts import Parts
from kb.web.access import PUBLIC, READING
from tests.web.acts import ask

PERSONAS = ("anonymous", "rep", "editor", "reviewer", "outsider", "administrator")
# What each gets: signed out, rep, editor and reviewer of shipping, editor of billing,
# administrator. Every POST is sent empty: 400 says "yours to do, but not like this".
# SHP-015 is a draft of shipping, item 1 is shipping's, person 1 is the rep.
OPEN, READ, DESK = "200 200 200 200 200 200", "302 200 200 200 200 200", "302 404 200 200 200 200"
DRAFT, TOKEN = "302 404 200 200 404 404", "401 401 401 401 401 401"
ADMINISTRATORS, ADMINISTRATORS_POST = "302 404 404 404 404 200", "401 404 404 404 404 400"
WRITE_POST = "401 404 400 400 404 404"
ANY_POST = "401 400 400 400 400 400"
LADDER = {
    "GET /static/<path:filename>": OPEN,
    "GET /bootstrap/static/<path:filename>": OPEN,
    "GET /healthz": OPEN,
    "GET /sign-in": "200 302 302 302 302 302",
    "POST /sign-in": "403 403 403 403 403 403",
    "POST /sign-out": "401 302 302 302 302 302",
    "GET /account": READ,
    "POST /account/password": ANY_POST,
    "GET /notices": READ,
    "POST /notices/<int:notice_id>/reading": "401 404 404 404 404 404",
    "POST /notices/reading": "401 302 302 302 302 302",
    "GET /account/notices": READ,
    "POST /account/notices": ANY_POST,
    "POST /account/notices/trials": ANY_POST,
    # A link that is not signed by this site.
    "GET /unsubscribe/<token>": "403 403 403 403 403 403",
    "POST /unsubscribe/<token>": "403 403 403 403 403 403",
    "GET /must-reads": READ,
    "GET /must-reads/confirmations.csv": "302 404 200 200 200 200",
    # There is none of that number.
    "GET /must-reads/<int:must_read_id>": "302 404 404 404 404 404",
    "GET /must-reads/<int:must_read_id>/confirmations.csv": "302 404 404 404 404 404",
    "POST /must-reads/<int:must_read_id>/confirmation": "401 404 404 404 404 404",
    "POST /must-reads/<int:must_read_id>/cancellation": "401 404 404 404 404 404",
    "GET /procedures/<path:procedure_id>/must-reads": DRAFT,
    "POST /procedures/<path:procedure_id>/must-reads": WRITE_POST,
    "GET /deliveries": ADMINISTRATORS,
    "POST /deliveries/retries": "401 404 404 404 404 302",
    "POST /account/sessions/ending": "401 302 302 302 302 302",
    "GET /": READ,
    "GET /search": READ,
    "GET /search/suggestions": READ,
    "GET /search/earlier": READ,
    "POST /search/earlier/clearing": "401 302 302 302 302 302",
    "GET /help": READ,
    "GET /help/search": READ,
    "GET /departments": READ,
    "GET /departments/<path:department_id>": READ,
    "GET /procedures": READ,
    "GET /keywords": READ,
    "GET /keywords/<path:category>": READ,
    "GET /keyword": READ,
    "GET /procedures/<path:procedure_id>": DRAFT,
    "GET /procedures/<path:procedure_id>/history": DRAFT,
    "GET /procedures/<path:procedure_id>/versions/<commit>": "302 404 404 404 404 404",
    "GET /procedures/<path:procedure_id>/differences": DRAFT,
    "GET /procedures/<path:procedure_id>/authors": DRAFT,
    "POST /procedures/<path:procedure_id>/restorations": "401 404 400 400 404 404",
    "GET /as-of": READ,
    "GET /files/<path:path>": "302 404 404 404 404 404",
    "GET /procedures/<path:procedure_id>/votes": DRAFT,
    "POST /procedures/<path:procedure_id>/votes": "401 404 400 400 404 404",
    "POST /procedures/<path:procedure_id>/learned-words/adoption": "401 404 400 400 404 404",
    "POST /procedures/<path:procedure_id>/learned-words/bans": "401 404 400 400 404 404",
    # There is no ban of that number, and the page says so.
    "POST /procedures/<path:procedure_id>/learned-words/bans/<int:ban_id>/lifting": (
        "401 404 302 302 404 404"
    ),
    "GET /procedures/<path:procedure_id>/edit": DRAFT,
    "POST /procedures/<path:procedure_id>/edits": WRITE_POST,
    "POST /procedures/<path:procedure_id>/preview": WRITE_POST,
    "POST /procedures/<path:procedure_id>/draft": WRITE_POST,
    "POST /procedures/<path:procedure_id>/attachments": WRITE_POST,
    "POST /procedures/<path:procedure_id>/resolution": WRITE_POST,
    "GET /procedures/<path:procedure_id>/place": DRAFT,
    "POST /procedures/<path:procedure_id>/place": WRITE_POST,
    "GET /procedures/<path:procedure_id>/retirement": DRAFT,
    # Nothing has to be filled in to retire one; what is not retired cannot be reinstated.
    "POST /procedures/<path:procedure_id>/retirement": "401 404 302 302 404 404",
    "POST /procedures/<path:procedure_id>/reinstatement": "401 404 302 302 404 404",
    # An administrator erases, but not a draft that they may not read.
    "GET /procedures/<path:procedure_id>/erasure": "302 404 404 404 404 404",
    "POST /procedures/<path:procedure_id>/erasure": "401 404 404 404 404 404",
    "GET /procedures/new": DESK,
    "POST /procedures": "401 404 400 400 400 400",
    "POST /procedures/new/preview": "401 404 400 400 400 400",
    "POST /procedures/new/draft": "401 404 400 400 400 400",
    "POST /procedures/new/attachments": "401 404 404 404 404 404",
    "GET /drafts": DESK,
    "GET /drafts/<int:draft_id>": "302 404 404 404 404 404",
    "POST /drafts/<int:draft_id>/discarding": "401 404 404 404 404 404",
    "POST /drafts/<int:draft_id>/restoring": "401 404 404 404 404 404",
    "GET /writing/keywords": DESK,
    "GET /writing/procedures": DESK,
    "GET /requests": READ,
    "POST /requests": ANY_POST,
    "GET /questions": READ,
    "POST /questions/seen": "401 302 302 302 302 302",
    "GET /inbox": DESK,
    "GET /inbox/<int:item_id>": DRAFT,
    "POST /inbox/<int:item_id>/answer": "401 404 400 400 404 404",
    "GET /faults": DESK,
    "GET /synonyms": DESK,
    "GET /synonyms/new": DESK,
    "POST /synonyms": "401 404 400 400 400 400",
    "GET /synonyms/<key>": "302 404 404 404 404 404",
    # There is none of that key, and the list says so.
    "POST /synonyms/<key>/removal": "401 404 302 302 302 302",
    "GET /insight/search": DESK,
    "GET /insight/search/<any(weak, unopened):which>": DESK,
    "GET /insight/search/opened": DESK,
    "GET /insight/search/slow": DESK,
    "GET /insight/search/ignored": DESK,
    "GET /insight/search/pointing": "302 404 404 404 404 404",  # words are missing
    "GET /insight/search/<any(days, weak, unopened, opened, slow):table>.csv": DESK,
    "POST /insight/search/questions": "401 404 400 400 400 400",
    "POST /insight/search/ignored": "401 404 400 400 400 400",
    "POST /insight/search/ignored/removal": "401 404 400 400 400 400",
    "GET /people": ADMINISTRATORS,
    "GET /people/new": ADMINISTRATORS,
    "GET /people/<int:person_id>": ADMINISTRATORS,
    "POST /people": ADMINISTRATORS_POST,
    "POST /people/<int:person_id>/entry": ADMINISTRATORS_POST,
    # An empty form is a valid one here: no roles, and a password to be made.
    "POST /people/<int:person_id>/roles": "401 404 404 404 404 302",
    "POST /people/<int:person_id>/password": "401 404 404 404 404 200",
    "GET /api/v1/search": TOKEN,
    "GET /api/v1/procedures/<path:procedure_id>": TOKEN,
}
EXAMPLES = {
    "filename": "kb.css",
    "procedure_id": "SHP-015",
    "department_id": "shipping",
    "category": "Complaint",
    "path": "shipping/none.png",
    "commit": "0123456789ab",
    "key": "0123456789abcdef",
    "item_id": 1,
    "draft_id": 1,
    "person_id": 1,
    "which": "weak",
    "table": "days",
    "ban_id": 1,
    "notice_id": 1,
    "must_read_id": 1,
    "token": "forged",
}


def steps(app: Flask) -> Iterator[tuple[str, str]]:
    """Each method and address there is, and its endpoint."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", rule.endpoint


def address(app: Flask, step: str, endpoint: str) -> str:
    rule = next(rule for rule in app.url_map.iter_rules(endpoint) if step.endswith(f" {rule.rule}"))
    values = {name: EXAMPLES[name] for name in rule.arguments}
    if endpoint == "bootstrap.static":
        values["filename"] = "css/bootstrap.min.css"
    if endpoint == "browsing.keyword":
        values["name"] = "where is my parcel"
    with app.test_request_context():
        built: str = app.url_for(endpoint, **values)
    return built


def everything(engine: Engine) -> dict[str, list]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }


def test_every_route_stands_on_the_ladder_and_nothing_else(app: Flask) -> None:
    assert sorted(step for step, _ in steps(app)) == sorted(LADDER)


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_gets_what_the_ladder_says(
    persona: str, request: pytest.FixtureRequest, app: Flask, rep: FlaskClient
) -> None:
    ask(rep, "norway")
    client: FlaskClient = request.getfixturevalue(persona)
    place = PERSONAS.index(persona)
    got, expected = {}, {}
    # POST /sign-out, new sessions and new passwords come last: they end the session.
    order = sorted(steps(app), key=lambda step: ("out" in step[1], "session" in step[0], step[0]))
    for step, endpoint in order:
        method, _, _ = step.partition(" ")
        answer = client.open(address(app, step, endpoint), method=method)
        answer.close()
        got[step], expected[step] = answer.status_code, int(LADDER[step].split()[place])
    assert got == expected


def test_what_is_open_to_strangers_is_said_in_one_place(app: Flask) -> None:
    endpoints = {endpoint for _, endpoint in steps(app)}
    assert endpoints >= PUBLIC
    assert endpoints >= READING
    for step, endpoint in steps(app):
        signed_out = LADDER[step].split()[0]
        assert (signed_out in ("200", "403")) == (endpoint in PUBLIC), step


@pytest.mark.parametrize("persona", PERSONAS)
def test_looking_changes_nothing(
    persona: str, request: pytest.FixtureRequest, app: Flask, rep: FlaskClient, parts: Parts
) -> None:
    ask(rep, "norway")
    client: FlaskClient = request.getfixturevalue(persona)
    before = everything(parts.engine)
    for step, endpoint in steps(app):
        client.get(address(app, step, endpoint)).close()
    assert everything(parts.engine) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
def test_no_other_method_is_taken(rep: FlaskClient, method: str) -> None:
    for place in ("/", "/procedures/SHP-014", "/people", "/api/v1/search"):
        assert rep.open(place, method=method).status_code == 405
