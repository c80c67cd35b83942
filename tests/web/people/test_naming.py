"""People are shown and typed by name; what is written down is their address."""

from __future__ import annotations

from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import LATE, NOW, PASSWORD
from tests.pagekit import page
from tests.web.acts import hidden

EDIT = "/procedures/SHP-014/edit"


def save(client: FlaskClient, **people: str) -> None:
    form = {"base": hidden(page(client, EDIT), "base"), "body": LATE.split("---\n", 2)[2]}
    answer = client.post("/procedures/SHP-014/edits", data=form | people)
    assert answer.status_code == 302, answer.text


def owner(parts: Parts) -> str | None:
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    return card.procedure.owner


def test_the_form_names_who_answers(editor: FlaskClient, parts: Parts) -> None:
    shown = page(editor, EDIT)
    assert 'value="Eddy Editor"' in shown
    assert '<option value="Rena Reviewer">' in shown
    save(editor, owner="Eddy Editor", deputy="Rena Reviewer")
    assert owner(parts) == "editor@kb.example"


def test_a_name_is_written_as_its_address(editor: FlaskClient, parts: Parts) -> None:
    save(editor, owner=" rena  reviewer ")
    assert owner(parts) == "reviewer@kb.example"
    save(editor, owner="editor@kb.example")
    assert owner(parts) == "editor@kb.example"


def test_of_two_with_one_name_the_address_stands(editor: FlaskClient, parts: Parts) -> None:
    parts.people.directory.add("eddy2@kb.example", "Eddy Editor", PASSWORD, now=NOW)
    assert 'value="editor@kb.example"' in page(editor, EDIT)


def test_a_department_is_led_and_joined_by_name(administrator: FlaskClient, parts: Parts) -> None:
    at = "/departments/billing"
    assert 'value="Otto Outsider"' in page(administrator, f"{at}/settings")
    administrator.post(f"{at}/members", data={"email": "Rita Rep", "editor": "y"})
    rita = parts.people.directory.by_email("rep@kb.example")
    assert rita is not None
    assert rita.editor_of == {"billing"}
