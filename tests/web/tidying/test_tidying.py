"""Dead links, faults and unopened procedures of a department."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.tidying.link_probe import Finding, LinkState
from kb.tidying.sql.link_rounds import LinkPlace
from tests.conftest import NOW
from tests.departments.test_health import write
from tests.departments.uses import searched
from tests.pagekit import page
from tests.web.acts import statements

BASE = "/departments/shipping/tidying"


@pytest.fixture(autouse=True)
def at_nine(app: Flask) -> None:
    """The site's clock stands at NOW."""
    app.config["KB_NOW"] = NOW


def test_a_dead_link_inside_is_told_at_once_with_its_line(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    assert "leads there" in page(editor, f"{BASE}/links")
    (home / "content/shipping/d.md").write_text("---\nid: D-1\ntitle: Dead\n---\n\n[x](no.md)\n")
    parts.publishing.publisher.refresh(NOW.date())
    shown = page(editor, f"{BASE}/links")
    assert "Line 6" in shown
    assert "/procedures/D-1/edit" in shown


def test_links_outside_are_looked_at_on_demand(editor: FlaskClient, parts: Parts) -> None:
    assert "Not checked yet" in page(editor, f"{BASE}/links")
    assert editor.post(f"{BASE}/link-checks").location == f"{BASE}/links"
    assert "being read for links" in page(editor, f"{BASE}/links")
    rounds = parts.tidying.links
    links = [
        LinkPlace("SHP-014", 3, "https://a.example/"),
        LinkPlace("SHP-014", 4, "https://b.example/"),
    ]
    rounds.gather("shipping", links, NOW)
    rounds.found("https://a.example/", Finding(LinkState.DEAD, "there is nothing any more"), NOW)
    assert "1 of 2 links looked at" in page(editor, f"{BASE}/links")
    rounds.found("https://b.example/", Finding(LinkState.GOOD, "it answers"), NOW)
    rounds.end("shipping", NOW)
    shown = page(editor, f"{BASE}/links")
    assert "https://a.example/" in shown
    assert "looked at 22 Nov 2026" in shown
    assert "https://b.example/" not in shown
    assert "2 links checked on 22 Nov 2026, 09:00 UTC" in shown


def test_an_address_from_a_file_runs_nothing(editor: FlaskClient, parts: Parts) -> None:
    parts.tidying.links.ask("shipping", NOW)
    parts.tidying.links.gather(
        "shipping", [LinkPlace("SHP-014", 3, "https://a/<script>x</script>")], NOW
    )
    parts.tidying.links.found("https://a/<script>x</script>", Finding(LinkState.DEAD, "<b>"), NOW)
    parts.tidying.links.end("shipping", NOW)
    shown = page(editor, f"{BASE}/links")
    assert "<script>x" not in shown
    assert "<b>" not in shown


def test_faults_are_told_but_not_what_stands_in_reviews(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    write(home, "late", reviewed="2020-01-01", review_every="90 days", id="L-1")
    write(home, "odd", owner="nobody@kb.example", id="O-1")
    parts.publishing.publisher.refresh(NOW.date())
    shown = page(editor, f"{BASE}/faults")
    assert "/procedures/O-1/edit" in shown
    assert "/procedures/L-1/edit" not in shown


def test_what_nobody_opened_is_told_with_its_age(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    write(home, "unread", id="U-1")
    parts.publishing.publisher.refresh(NOW.date())
    searched(parts.engine, "late", opened="SHP-014", found=True)
    searched(parts.engine, "old", ago=300, opened="U-1", found=True)
    shown = page(editor, f"{BASE}/unopened")
    assert "1 procedure that nobody opened" in shown
    assert "last opened 26 Jan 2026" in shown
    assert "there since" in shown
    assert "/procedures/U-1/retirement" in shown
    assert "SHP-015" not in shown  # a draft is not to be opened
    assert "not counted" in shown


def test_where_the_log_is_young_the_page_says_so(editor: FlaskClient, parts: Parts) -> None:
    assert "No search is logged yet" in page(editor, f"{BASE}/unopened")
    searched(parts.engine, "late", ago=3)
    assert "The search log begins there" in page(editor, f"{BASE}/unopened")


def test_unopened_asks_as_much_for_many(editor: FlaskClient, parts: Parts, home: Path) -> None:
    def count() -> int:
        with statements(parts.engine) as sent:
            page(editor, f"{BASE}/unopened")
        return len(sent)

    write(home, "one", id="U-1")
    parts.publishing.publisher.refresh(NOW.date())
    count()
    few = count()
    for nth in range(40):
        write(home, f"p{nth}", id=f"P-{nth}")
    parts.publishing.publisher.refresh(NOW.date() + timedelta(days=1))
    count()
    assert count() == few
