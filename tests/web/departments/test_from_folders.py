"""Folders that become departments, and the first steps of an installation."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kb import cli
from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import page

AT = "/departments/from-folders"
OWNED = "---\nowner: {}\n---\n\n# {}\n\nDo it.\n"


@pytest.fixture(autouse=True)
def folders(home: Path, parts: Parts) -> None:
    """Two folders that departments.yml does not know, and a file in none."""
    files = {
        "Gift Cards/lost.md": OWNED.format("outsider@kb.example", "Lost gift card"),
        "Gift Cards/sold/twice.md": OWNED.format("outsider@kb.example", "Sold twice"),
        "stores/hours.md": OWNED.format("nobody@kb.example", "Opening hours"),
        "alone.md": "# Alone\n\nDo it.\n",
    }
    for path, text in files.items():
        target = home / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    refresh(parts)


def refresh(parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())


def owners(parts: Parts) -> dict[str, str]:
    known = ("gift-cards-lost", "gift-cards-sold-twice", "stores-hours", "alone")
    return {id: card.procedure.department for id, card in parts.catalogue.by_ids(known).items()}


def test_what_would_be_made_is_seen_before(administrator: FlaskClient, home: Path) -> None:
    before = (home / "content" / "departments.yml").read_bytes()
    shown = " ".join(page(administrator, AT).split())
    assert "Gift Cards" in shown
    assert 'Otto Outsider <span class="muted">owns 2</span>' in shown
    assert "nobody yet" in shown
    assert "alone" not in shown.lower()
    assert (home / "content" / "departments.yml").read_bytes() == before


def test_one_click_makes_them_and_one_takes_them_back(
    administrator: FlaskClient, home: Path, parts: Parts
) -> None:
    file = home / "content" / "departments.yml"
    before = file.read_bytes()
    made = administrator.post(AT, data={"folder": ["gift-cards", "stores", "billing"]})
    assert parts.publishing.departments().get("gift-cards").lead == "outsider@kb.example"
    refresh(parts)
    assert set(owners(parts).values()) == {"gift-cards", "stores", "unassigned"}
    assert "Undo" in page(administrator, made.location)
    undone = administrator.post(f"{AT}/undoing", data={"made": ["gift-cards", "stores"]})
    assert undone.status_code == 302
    assert file.read_bytes() == before


@pytest.mark.parametrize("department", ["shipping", "billing"])
def test_what_is_in_use_is_not_undone(
    administrator: FlaskClient, home: Path, department: str
) -> None:
    before = (home / "content" / "departments.yml").read_bytes()
    administrator.post(f"{AT}/undoing", data={"made": [department]})
    assert "Not undone" in page(administrator, AT)
    assert (home / "content" / "departments.yml").read_bytes() == before


def test_the_command_says_what_it_would_make_and_makes_it(parts: Parts) -> None:
    run = CliRunner()
    seen = run.invoke(cli.kb, ["departments"], obj=lambda: parts)
    assert "gift-cards               Gift Cards: 2 procedures" in seen.output
    assert "Nothing is written." in seen.output
    done = run.invoke(cli.kb, ["departments", "--make"], obj=lambda: parts)
    assert "Written to departments.yml: gift-cards, stores." in done.output
    assert owners(parts)["stores-hours"] == "stores"


def test_first_steps_name_the_files_that_nobody_reads(
    administrator: FlaskClient, home: Path, parts: Parts
) -> None:
    assert "Done:</span> Files that nobody reads" in page(administrator, "/")
    folder = home / "content" / "stores"
    for name in ("prices.xlsx", "floor plan.docx", "shown.docx"):
        folder.joinpath(name).write_bytes(b"x")
    folder.joinpath("plan.md").write_text("# Plan\n\n[Plan](shown.docx)\n")
    refresh(parts)
    shown = unescape(" ".join(page(administrator, "/").split()))
    assert "To do:</span> Files that nobody reads" in shown
    assert "<code>stores/prices.xlsx</code>: 1 Excel file is not searched" in shown
    assert 'bring in what it says with "kb import"' in shown
    assert "<code>stores/floor plan.docx</code>: 1 Word file is not searched" in shown
    assert "shown.docx" not in shown
    assert 'href="/imports"' in shown


def test_first_steps_end_by_themselves(
    administrator: FlaskClient, rep: FlaskClient, home: Path, parts: Parts
) -> None:
    shown = page(administrator, "/")
    assert "First steps" in shown
    assert "4 procedures of no department" in " ".join(shown.split())
    assert "Set KB_BACKUP_FOLDER" in shown
    assert "First steps" not in page(rep, "/")
    administrator.post(AT, data={"folder": ["gift-cards", "stores"]})
    (home / "content" / "alone.md").unlink()
    refresh(parts)
    assert "Nobody answers for Gift Cards, Stores" in " ".join(page(administrator, "/").split())
    for id in ("gift-cards", "stores"):
        administrator.post(
            f"/departments/{id}/members", data={"email": "outsider@kb.example", "editor": "y"}
        )
    assert "First steps" not in page(administrator, "/")
