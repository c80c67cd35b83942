"""The whole route table, walked signed out and as each person: closed unless it says open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from kb.database import metadata
from kb.documents import reading
from kb.documents.settings_files import names
from kb.parts import Parts
from kb.web.site.access import PUBLIC, READING
from tests.web.acts import ask

PERSONAS = ("anonymous", "rep", "editor", "reviewer", "outsider", "administrator")
# What each gets: signed out, rep, editor and reviewer of shipping, editor of billing,
# administrator. Every POST is sent empty: 400 says "yours to do, but not like this".
# SHP-015 is a draft of shipping, item 1 is shipping's, person 1 is the rep, notice 1 its lead's.
OPEN, READ, DESK = "200 200 200 200 200 200", "302 200 200 200 200 200", "302 404 200 200 200 200"
DRAFT, TOKEN = "302 404 200 200 404 404", "401 401 401 401 401 401"
ADMINISTRATORS, ADMINISTRATORS_POST = "302 404 404 404 404 200", "401 404 404 404 404 400"
WRITE_POST = "401 404 400 400 404 404"
ANY_POST, ANY_DESK_POST = "401 400 400 400 400 400", "401 404 400 400 400 400"
DESK_DONE, REPORTERS_POST = "401 404 302 302 404 404", "401 400 404 404 404 404"
LADDER = {
    "GET /static/<path:filename>": OPEN,
    "GET /bootstrap/static/<path:filename>": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": "403 403 403 403 403 403",  # no token is set
    "GET /opensearch.xml": OPEN,
    "GET /manifest.webmanifest": OPEN,
    "GET /worker.js": OPEN,
    "GET /offline": OPEN,
    "GET /kept": READ,
    # The example is a draft: no device keeps it.
    "GET /procedures/<path:procedure_id>/copy": "302 404 404 404 404 404",
    "GET /open": "302 302 302 302 302 302",
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
    "GET /standing-must-reads/new": DESK,
    "POST /standing-must-reads": ANY_DESK_POST,
    # There is none of that number.
    "GET /standing-must-reads/<int:standing_id>": "302 404 404 404 404 404",
    "POST /standing-must-reads/<int:standing_id>/ending": "401 404 404 404 404 404",
    "GET /standing-must-reads/<int:standing_id>/progress.csv": "302 404 404 404 404 404",
    "GET /procedures/<path:procedure_id>/must-reads": DRAFT,
    "POST /procedures/<path:procedure_id>/must-reads": WRITE_POST,
    # Import 1 is nobody's.
    "GET /imports": "302 404 200 200 200 200",
    "POST /imports": "401 404 302 302 302 302",
    "GET /imports/<int:number>": "302 404 404 404 404 404",
    "POST /imports/<int:number>/mapping": "401 404 404 404 404 404",
    "GET /imports/<int:number>/preview": "302 404 404 404 404 404",
    "POST /imports/<int:number>/writing": "401 404 404 404 404 404",
    "POST /imports/<int:number>/removal": "401 404 302 302 302 302",
    # Export 1 is nobody's.
    "GET /exports": "302 404 200 200 200 200",
    "POST /exports": "401 404 302 302 302 302",
    "GET /exports/<export_id>": "302 404 404 404 404 404",
    "POST /exports/<export_id>/removal": "401 404 302 302 302 302",
    "GET /overdue": ADMINISTRATORS,
    # Item 1 is not overdue yet.
    "GET /overdue/<int:item_id>": "302 404 404 404 404 404",
    "POST /overdue/<int:item_id>/assignment": "401 404 404 404 404 404",
    "POST /overdue/<int:item_id>/route": "401 404 404 404 404 404",
    "GET /audit": ADMINISTRATORS,
    "GET /audit/chain": ADMINISTRATORS,
    "GET /audit/entries.csv": ADMINISTRATORS,
    "GET /backups": ADMINISTRATORS,
    "GET /status": ADMINISTRATORS,
    # No folder is named for them.
    "POST /backups": "401 404 404 404 404 404",
    "POST /backups/<name>/download": "401 404 404 404 404 404",
    "GET /deliveries": ADMINISTRATORS,
    "POST /deliveries/retries": "401 404 404 404 404 302",
    "POST /account/sessions/ending": "401 302 302 302 302 302",
    "GET /": READ,
    "GET /search": READ,
    "GET /changed-lately": READ,
    "GET /search/suggestions": READ,
    "GET /bulletins": READ,
    "POST /bulletins": "401 404 400 400 400 400",
    # There is none of that number.
    "POST /bulletins/<int:number>/removal": "401 404 404 404 404 404",
    "GET /procedures/<path:procedure_id>/preview": DRAFT,
    "POST /procedures/<path:procedure_id>/favourite": "401 404 302 302 404 404",
    "POST /procedures/<path:procedure_id>/favourite/removal": "401 404 302 302 404 404",
    # Where the address of tickets is not set, none is noted.
    "POST /procedures/<path:procedure_id>/uses": "401 404 404 404 404 404",
    "GET /search/earlier": READ,
    "POST /search/earlier/clearing": "401 302 302 302 302 302",
    "GET /help": READ,
    "GET /help/search": READ,
    "GET /help/rules": READ,
    "GET /departments": READ,
    "GET /departments/new": ADMINISTRATORS,
    "GET /departments/history": ADMINISTRATORS,
    "GET /departments/from-folders": ADMINISTRATORS,
    "POST /departments/from-folders": "401 404 404 404 404 400",
    "POST /departments/from-folders/undoing": "401 404 404 404 404 302",
    "POST /departments": ADMINISTRATORS_POST,
    "GET /departments/<path:department_id>/settings": ADMINISTRATORS,
    "POST /departments/<path:department_id>/settings": ADMINISTRATORS_POST,
    # Nobody has no address, and the page says so.
    "POST /departments/<path:department_id>/members": "401 404 404 404 404 400",
    "POST /departments/<path:department_id>/removal": ADMINISTRATORS_POST,
    "GET /departments/<path:department_id>": READ,
    "GET /departments/<path:department_id>/procedures": READ,
    "GET /departments/<path:department_id>/tidying/links": DRAFT,
    "POST /departments/<path:department_id>/tidying/link-checks": "401 404 302 302 404 404",
    "GET /departments/<path:department_id>/tidying/faults": DRAFT,
    "GET /departments/<path:department_id>/tidying/unopened": DRAFT,
    "GET /departments/<path:department_id>/tidying/alike": DRAFT,
    # No two procedures are named.
    "GET /departments/<path:department_id>/tidying/alike/pair": "302 404 404 404 404 404",
    "POST /departments/<path:department_id>/tidying/alike/distinctions": "401 404 404 404 404 404",
    "POST /departments/<path:department_id>/tidying/alike/distinctions/removal": (
        "401 404 404 404 404 404"
    ),
    "GET /departments/<path:department_id>/tidying/keywords": DRAFT,
    "GET /departments/<path:department_id>/tidying/keywords/renaming": "302 404 404 404 404 404",
    # Nothing is ticked, and the page says so.
    "POST /departments/<path:department_id>/tidying/keywords/renamings": "401 404 404 404 404 404",
    "GET /departments/<path:department_id>/tidying/replacement": DRAFT,
    "POST /departments/<path:department_id>/tidying/replacements": "401 404 400 400 404 404",
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
    "GET /procedures/<path:procedure_id>/feedback": "302 404 404 404 404 404",
    "POST /procedures/<path:procedure_id>/feedback": "401 404 404 404 404 404",
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
    # A draft was never up: it cannot be retired; what is not retired cannot be reinstated.
    "GET /procedures/<path:procedure_id>/retirement": "302 404 404 404 404 404",
    "POST /procedures/<path:procedure_id>/retirement": "401 404 404 404 404 404",
    "POST /procedures/<path:procedure_id>/reinstatement": "401 404 302 302 404 404",
    "GET /procedures/<path:procedure_id>/removal": DRAFT,
    "POST /procedures/<path:procedure_id>/removal": "401 404 302 302 404 404",
    # An administrator erases, but not a draft that they may not read.
    "GET /procedures/<path:procedure_id>/erasure": "302 404 404 404 404 404",
    "POST /procedures/<path:procedure_id>/erasure": "401 404 404 404 404 404",
    # Without the version that was looked at, the page says that it has changed.
    "POST /procedures/<path:procedure_id>/submissions": "401 404 302 302 404 404",
    "GET /procedures/<path:procedure_id>/life": DRAFT,
    "GET /submissions": DESK,
    # There is none of that number; tests/web/approval/test_submissions.py walks those there are.
    "GET /submissions/<int:submission_id>": "302 404 404 404 404 404",
    "GET /submissions/<int:submission_id>/resolution": "302 404 404 404 404 404",
    **{
        f"POST /submissions/<int:submission_id>/{noun}": "401 404 404 404 404 404"
        for noun in ("comments", "approval", "calling-off", "return", "withdrawal", "mending")
    },
    "GET /procedures/new": DESK,
    "POST /procedures": "401 404 400 400 400 400",
    "POST /procedures/new/preview": "401 404 400 400 400 400",
    "POST /procedures/new/draft": "401 404 400 400 400 400",
    "POST /procedures/new/attachments": "401 404 404 404 404 404",
    "GET /drafts": DESK,
    "GET /drafts/<int:draft_id>": "302 404 404 404 404 404",
    "POST /drafts/<int:draft_id>/discarding": "401 404 404 404 404 404",
    "POST /drafts/<int:draft_id>/restoring": "401 404 404 404 404 404",
    "POST /drafts/<int:draft_id>/renewal": "401 404 404 404 404 404",
    "GET /writing/keywords": DESK,
    "GET /writing/procedures": DESK,
    # A draft is not confirmed.
    "POST /procedures/<path:procedure_id>/review": "401 404 404 404 404 404",
    "GET /reviews": DESK,
    "GET /reviews/orphans": DESK,
    # Nothing is ticked, and the page says so.
    "POST /reviews/confirmations": "401 404 400 400 400 400",
    "POST /reviews/hand-overs": "401 404 400 400 400 400",
    "GET /changes": DESK,
    "POST /changes/<commit>/undo": "401 404 404 404 404 404",
    "GET /requests": READ,
    "POST /requests": ANY_POST,
    "GET /questions": READ,
    # Item 1 is the rep's: for everybody else it is not there.
    "GET /questions/<int:item_id>": "302 200 404 404 404 404",
    "POST /questions/seen": "401 302 302 302 302 302",
    "POST /questions/<int:item_id>/replies": REPORTERS_POST,
    "POST /questions/<int:item_id>/reopening": REPORTERS_POST,
    "POST /questions/<int:item_id>/rating": "401 409 404 404 404 404",  # not answered yet
    "POST /questions/<int:item_id>/withdrawal": "401 302 404 404 404 404",
    "GET /inbox": DESK,
    "GET /inbox/<int:item_id>": DRAFT,
    "POST /inbox/<int:item_id>/answer": WRITE_POST,
    "POST /inbox/<int:item_id>/sight": DESK_DONE,
    "POST /inbox/<int:item_id>/assignment": DESK_DONE,  # to nobody
    "POST /inbox/<int:item_id>/questions": WRITE_POST,
    "POST /inbox/<int:item_id>/notes": WRITE_POST,
    "POST /inbox/<int:item_id>/route": WRITE_POST,
    "POST /inbox/<int:item_id>/merging": WRITE_POST,
    "POST /inbox/<int:item_id>/keeping-open": DESK_DONE,
    "GET /inbox/answers": DESK,
    "POST /inbox/answers": ANY_DESK_POST,
    "GET /inbox/assignments": DESK,
    "POST /inbox/assignments": ANY_DESK_POST,
    "POST /inbox/views": "401 404 400 400 400 400",
    "POST /inbox/views/<int:view_id>/removal": "401 404 302 302 302 302",
    "GET /inbox/searches": DESK,
    "POST /inbox/searches/<int:shared_id>/setting-aside": "401 404 404 404 404 404",
    "POST /inbox/searches/<int:shared_id>/closing": "401 404 404 404 404 404",
    "GET /departments/<path:department_id>/service": READ,
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
    "name": "kb-2026-11-22T09-00-00Z.tar.gz",
    "key": "0123456789abcdef",
    "item_id": 1,
    "draft_id": 1,
    "person_id": 1,
    "which": "weak",
    "table": "days",
    "ban_id": 1,
    "view_id": 1,
    "shared_id": 1,
    "submission_id": 1,
    "notice_id": 1_000_000,  # nobody's
    "must_read_id": 1,
    "standing_id": 1,
    "token": "forged",
    "number": 1,
    "export_id": "1",
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
    """All rows of all tables, but for the log of what was taken out."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if not table.name.startswith("audit_")
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
    # POST /sign-out, new sessions and new passwords come last: they end the session. Before them,
    # the draft is removed.
    order = sorted(
        steps(app),
        key=lambda step: (
            "out" in step[1],
            "session" in step[0],
            step[0].startswith("POST") and step[0].endswith("/removal") and "people" not in step[0],
            step[0],
        ),
    )
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


def test_no_procedure_or_department_has_the_address_of_a_page(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments]
    below = {
        first: {rule.split("/")[2] for rule in rules if rule.startswith(f"/{first}/")}
        for first in ("procedures", "departments")
    }
    assert below["procedures"] <= reading.TAKEN
    assert below["departments"] <= names.TAKEN
