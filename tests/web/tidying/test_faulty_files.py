"""Faulty files: an owner sees those of their departments, an administrator all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import page
from tests.publishing.conftest import git
from tests.web.acts import statements


@pytest.fixture
def broken(home: Path, parts: Parts) -> None:
    """One faulty file of shipping, one of billing, one of shipping's drafts."""
    files = {
        "shipping/broken.md": "---\ntitle: Broken: Zebra Crossing\nreviewed: someday\n---\nText.\n",
        "billing/broken.md": "---\ntitle: Odd Refund\nreviewed: never ever\n---\nText.\n",
        "shipping/draft.md": (
            "---\ntitle: Secret Zebra\nstatus: draft\nreviewed: someday\n---\nText.\n"
        ),
    }
    for path, text in files.items():
        (home / "content" / path).write_text(text, encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())


@pytest.mark.usefixtures("broken")
def test_an_owner_sees_the_faults_of_their_department(editor: FlaskClient) -> None:
    shown = page(editor, "/faults")
    assert "shipping/broken.md" in shown
    assert "line 3" in shown
    assert "Secret Zebra" in shown
    assert "billing/broken.md" not in shown


@pytest.mark.usefixtures("broken")
def test_an_administrator_sees_all_files_but_no_drafts_title(administrator: FlaskClient) -> None:
    shown = page(administrator, "/faults")
    for path in ("shipping/broken.md", "billing/broken.md", "shipping/draft.md"):
        assert path in shown
    assert "Secret Zebra" not in shown


@pytest.mark.usefixtures("broken")
def test_a_faulty_file_can_still_be_read(rep: FlaskClient, editor: FlaskClient) -> None:
    assert "Text." in page(rep, "/procedures/shipping-broken")
    assert "This file has fault" in page(editor, "/procedures/shipping-broken")


def test_nothing_is_wrong(editor: FlaskClient) -> None:
    assert "No file has a fault." in page(editor, "/faults")


def test_a_rep_has_no_list_of_faults(rep: FlaskClient, anonymous: FlaskClient) -> None:
    assert rep.get("/faults").status_code == 404
    assert anonymous.get("/faults").status_code == 302


def test_the_list_costs_the_same_however_long(
    editor: FlaskClient, home: Path, parts: Parts
) -> None:
    def cost() -> int:
        with statements(parts.engine) as sent:
            page(editor, "/faults")
        return len(sent)

    def spoil(number: int) -> None:
        text = f"---\ntitle: Odd {number}\nreviewed: someday\n---\nText {number}.\n"
        (home / "content" / "shipping" / f"odd-{number}.md").write_text(text, encoding="utf-8")

    spoil(0)
    parts.publishing.publisher.refresh(NOW.date())
    few = cost()
    for number in range(1, 50):
        spoil(number)
    parts.publishing.publisher.refresh(NOW.date())
    assert cost() == few
    assert "odd-49.md" in page(editor, "/faults?page=3")


@pytest.fixture
def conflict(parts: Parts) -> None:
    """The last exchange found that both sides changed a file of shipping."""
    told = {
        "at": NOW.isoformat(),
        "pulled": False,
        "pushed": False,
        "trouble": "the same lines were changed here and at the remote",
        "conflicts": ["shipping/late-shipment.md"],
    }
    parts.catalogue.set_state("exchange", json.dumps(told))


@pytest.mark.usefixtures("conflict")
def test_a_conflict_with_the_remote_is_shown_to_its_owners_and_administrators(
    editor: FlaskClient, administrator: FlaskClient
) -> None:
    for client in (editor, administrator):
        shown = page(client, "/faults")
        assert "Not exchanged with the remote" in shown
        assert "shipping/late-shipment.md" in shown


@pytest.mark.usefixtures("conflict")
def test_a_conflict_of_another_department_is_not_told(outsider: FlaskClient) -> None:
    assert "Not exchanged" not in page(outsider, "/faults")


def test_trouble_with_the_history_is_an_administrators(
    parts: Parts, editor: FlaskClient, administrator: FlaskClient
) -> None:
    parts.catalogue.set_state("history trouble", "the git repository cannot be opened")
    assert "cannot be opened" in page(administrator, "/faults")
    assert "cannot be opened" not in page(editor, "/faults")


def test_an_administrator_is_told_why_the_history_is_kept_apart(
    administrator: FlaskClient, editor: FlaskClient, home: Path
) -> None:
    git(home / "content", "init", "-q")
    git(home / "content", "config", "core.autocrlf", "true")
    assert "its history is kept in var/" in page(administrator, "/faults").lower()
    assert "kept in var/" not in page(editor, "/faults")
