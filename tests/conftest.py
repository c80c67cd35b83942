"""A whole knowledge base in a temporary folder, and the people that every test knows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace
from sqlalchemy import Engine

from kb.app import build, create_app
from kb.parts import Parts
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from kb.web.documents.rendered import Shelf
from tests import databases, needs, reliability
from tests.pagekit import Noticed
from tests.scratch import write_in_memory

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

DEPARTMENTS = """\
departments:
  - id: shipping
    name: Shipping
    lead: reviewer@kb.example
    channel: "#shipping-now, ext. 4410"
    answer_within: 8 hours
    review_every: 6 months
  - id: billing
    name: Billing
    lead: outsider@kb.example
    channel: "#billing-help"
    answer_within: 2 days
"""
LATE = """\
---
id: SHP-014
title: "Complaint: Late Shipment"
keywords: ["Complaint: Late Shipment", "where is my parcel"]
department: shipping
owner: editor@kb.example
deputy: reviewer@kb.example
reviewed: 2026-10-02
review_every: 6 months
related: [BIL-001]
---

## When to use this

The customer says the parcel has not arrived on the promised day.

## Steps

1. Open the order and read the last carrier scan.
2. **Is the last scan more than 5 days old?** Treat the parcel as lost.
3. Note the choice in the ticket with code L5.

## What to say

> I am sorry your parcel has not arrived, [name]. I will find out where it is.

## Other accepted methods

### Store credit

Offer 10 % of the order value as store credit.

### Upgrade to express

Send a new parcel by express.

## When to escalate

Orders above 500 euro go to the Shipping lead.
"""
REFUND = """\
---
id: BIL-001
title: "Refund: Order Lost in Transit"
keywords: ["Refund: Lost Order", "money back"]
department: billing
owner: outsider@kb.example
reviewed: 2025-01-10
review_every: 6 months
---

## Steps

1. Refund in full to the original payment method.
2. Never ask for the parcel back.
"""
DRAFT = """\
---
id: SHP-015
title: "Shipping: Customs Zebra Papers"
keywords: ["Shipping: Customs Zebra"]
department: shipping
owner: editor@kb.example
status: draft
---

## Steps

1. Send the zebra form to the customs office.
"""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in needs.lines(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line, yellow=True, bold=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = databases.needing_one(items)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, help="fill in the last column of this page's table")


def pytest_configure(config: pytest.Config) -> None:
    reliability.collect(config)
    write_in_memory()
    # An example may take as long as a busy machine takes; where time matters, a test measures it.
    patient = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile("patient", settings(), deadline=None, suppress_health_check=patient)
    settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    with databases.compiled_once():
        yield


@pytest.fixture(scope="session")
def _met() -> Iterator[set[Engine]]:
    with databases.connections_met() as met:
        yield met


@pytest.fixture(autouse=True)
def _connections_are_closed(_met: set[Engine]) -> Iterator[None]:
    yield
    databases.let_go(_met)


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> reliability.Figures:
    """Takes what a test has counted, for docs/reliability.md."""

    def told(**counts: int) -> None:
        record_property("figures", counts)

    return told


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with three procedures of two departments, indexed, with the personas; to be copied."""
    folder = tmp_path_factory.mktemp("template")
    files = {
        "departments.yml": DEPARTMENTS,
        "shipping/late-shipment.md": LATE,
        "billing/lost-in-transit.md": REFUND,
        "shipping/customs.md": DRAFT,
    }
    for path, text in files.items():
        target = folder / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    built = with_fast_passwords(build(databases.load({}, folder)))
    add_personas(built.people.directory)
    built.publishing.publisher.refresh(NOW.date())
    built.insight.log.close()
    built.let_go()
    yield folder
    databases.dropped(folder)


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Iterator[Path]:
    """A home of one's own: three procedures, of which SHP-015 is a draft, and no people."""
    shutil.copytree(template / "content", tmp_path / "content")
    yield tmp_path
    databases.dropped(tmp_path)


@pytest.fixture
def parts(template: Path, home: Path) -> Iterator[Parts]:
    """All parts over that home, indexed, with the personas registered."""
    for folder in ("var", "search_index"):
        shutil.copytree(template / folder, home / folder)
    databases.copied(template, home)
    built = with_fast_passwords(build(databases.load({}, home)))
    yield built
    built.insight.log.close()
    built.let_go()


def with_fast_passwords(built: Parts) -> Parts:
    """Real argon2 with small parameters: the default takes 50 ms a password."""
    directory = Directory(built.engine, Passwords(fast=True), built.people.endings)
    return replace(built, people=replace(built.people, directory=directory))


def add_personas(directory: Directory) -> None:
    """The people of every test; outsider is of billing and must see none of shipping's drafts."""
    directory.add("rep@kb.example", "Rita Rep", PASSWORD, now=NOW)
    directory.add("editor@kb.example", "Eddy Editor", PASSWORD, editor_of=["shipping"], now=NOW)
    directory.add(
        "reviewer@kb.example", "Rena Reviewer", PASSWORD, reviewer_of=["shipping"], now=NOW
    )
    directory.add("outsider@kb.example", "Otto Outsider", PASSWORD, editor_of=["billing"], now=NOW)
    directory.add("admin@kb.example", "Ada Admin", PASSWORD, administrator=True, now=NOW)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all tests: that takes longer than most of them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def sites() -> list[Flask]:
    """The one site that most tests share: building its routes takes longer than most of them."""
    return []


@pytest.fixture
def app(parts: Parts, sites: list[Flask], compiled: FileSystemBytecodeCache) -> Flask:
    """The site over those parts."""
    if not sites:
        sites.append(built_site(parts, compiled))
        sites[0].config["KB_FRESH"] = dict(sites[0].config)
    (site,) = sites
    fresh = site.config["KB_FRESH"]
    site.config.clear()
    site.config.update(fresh, KB_FRESH=fresh)
    site.extensions.update(kb=parts, kb_shelf=Shelf())
    return site


@pytest.fixture
def own_app(parts: Parts, compiled: FileSystemBytecodeCache) -> Flask:
    """A site of the test's own, for those that add routes to it or watch its requests."""
    return built_site(parts, compiled)


def built_site(parts: Parts, compiled: FileSystemBytecodeCache) -> Flask:
    """The site, as tests need it."""
    site = create_app(parts)
    site.jinja_env.bytecode_cache = compiled
    site.jinja_env.undefined = Noticed
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return site


def signed_in(app: Flask, email: str) -> FlaskClient:
    """A browser session of that person."""
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def rep(app: Flask) -> FlaskClient:
    return signed_in(app, "rep@kb.example")


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    return signed_in(app, "editor@kb.example")


@pytest.fixture
def reviewer(app: Flask) -> FlaskClient:
    return signed_in(app, "reviewer@kb.example")


@pytest.fixture
def outsider(app: Flask) -> FlaskClient:
    return signed_in(app, "outsider@kb.example")


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    return signed_in(app, "admin@kb.example")
