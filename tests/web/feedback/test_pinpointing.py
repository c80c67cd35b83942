"""Feedback about one section or step: two clicks, with the words as they read then."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb.feedback.model import LONGEST_TEXT, OF_PROCEDURES, About, Item, Reason, State
from kb.feedback.sql.selection import Listed
from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import hidden, statements, version_of

SHIPPING = frozenset({"shipping"})
PLACE = "/procedures/SHP-014/feedback"
STEP_2 = "Is the last scan more than 5 days old? Treat the parcel as lost."


def items(parts: Parts, departments: frozenset[str] = SHIPPING) -> list[Item]:
    return list(parts.feedback.inbox.lists.page(Listed(departments, states=set(State)), NOW).items)


def tell(client: FlaskClient, parts: Parts, said: str, **given: str) -> TestResponse:
    version = version_of(parts, "SHP-014")
    form = {"said": said, "passage": "steps", "version": version, **given}
    return client.post(PLACE, data=form)


def links(html: str) -> dict[str, str]:
    """The addresses of the controls, by what a screen reader says of them."""
    found = re.findall(r'<a class="doubt[^>]*?href="([^"]*)"[^>]*?aria-label="([^"]*)"', html, re.S)
    return {unescape(label): unescape(address) for address, label in found}


def test_every_section_and_option_has_a_control_that_leads_to_the_question(
    rep: FlaskClient,
) -> None:
    found = links(page(rep, "/procedures/SHP-014"))
    names = ("When to use this", "Steps", "What to say", "Other accepted methods")
    names += ("Store credit", "Upgrade to express", "When to escalate")
    assert set(found) == {f"Was “{name}” helpful?" for name in names}
    for address in found.values():
        shown = page(rep, address)
        assert "Was this helpful?" in shown


def test_a_step_is_complained_about_in_two_clicks(rep: FlaskClient, parts: Parts) -> None:
    address = links(page(rep, "/procedures/SHP-014"))["Was “Steps” helpful?"]
    shown = page(rep, f"{address}~2")
    assert re.search(r'value="steps~2"\s+checked', shown)
    form = {name: hidden(shown, name) for name in ("version", "seal")}
    answer = rep.post(PLACE, data={**form, "passage": "steps~2", "said": "wrong"})
    assert answer.location == "/procedures/SHP-014#steps"
    assert "Thanks, Shipping will see it." in page(rep, "/procedures/SHP-014")
    (item,) = items(parts)
    assert (item.passage.about, item.passage.anchor) == (About.STEP, "steps~2")
    assert item.passage.words == STEP_2
    assert (item.reason, item.version) == (Reason.WRONG, version_of(parts, "SHP-014"))
    assert item.answer_wanted


def test_yes_counts_and_opens_nothing_and_takes_a_no_back(rep: FlaskClient, parts: Parts) -> None:
    tell(rep, parts, "yes")
    assert items(parts) == []
    tell(rep, parts, "unclear", comment="Which scan?")
    (item,) = items(parts)
    assert (item.state, item.comment, item.passage.about) == (
        State.NEW,
        "Which scan?",
        About.SECTION,
    )
    assert "You said no: unclear" in page(rep, f"{PLACE}?passage=steps")
    tell(rep, parts, "yes")
    (item,) = items(parts)
    assert item.state is State.WITHDRAWN
    assert parts.feedback.inbox.votes.tally("SHP-014").yes == 0  # that is of the whole procedure


@pytest.mark.parametrize("reason", OF_PROCEDURES)
def test_every_reason_is_one_button(rep: FlaskClient, parts: Parts, reason: Reason) -> None:
    assert f'value="{reason}"' in page(rep, f"{PLACE}?passage=what-to-say")
    assert tell(rep, parts, reason, passage="what-to-say").status_code == 302
    (item,) = items(parts)
    assert item.reason is reason
    assert "I am sorry your parcel has not arrived" in item.passage.words


def test_no_answer_is_wanted(rep: FlaskClient, parts: Parts) -> None:
    tell(rep, parts, "wrong", quiet="y")
    (item,) = items(parts)
    assert not item.answer_wanted
    assert "comes to My questions" not in page(rep, "/procedures/SHP-014")


def test_the_words_are_those_that_were_read(rep: FlaskClient, parts: Parts) -> None:
    shown = page(rep, links(page(rep, "/procedures/SHP-014"))["Was “Steps” helpful?"])
    form = {name: hidden(shown, name) for name in ("version", "seal")}
    path = parts.settings.content / "shipping" / "late-shipment.md"
    path.write_text(path.read_text().replace("Treat the parcel as lost", "Wait"))
    parts.publishing.publisher.refresh(NOW.date())
    answer = rep.post(PLACE, data={**form, "passage": "steps~2", "said": "wrong"})
    assert answer.status_code == 302
    (item,) = items(parts)
    assert item.version == form["version"] != version_of(parts, "SHP-014")
    assert item.passage.words in (STEP_2, "")  # "": its text was never in any history
    # Without the seal nobody names a version that was never on their page.
    assert rep.post(PLACE, data={**form, "seal": "x", "said": "wrong"}).status_code == 404


def test_the_search_that_led_there_goes_along(rep: FlaskClient, parts: Parts) -> None:
    found = page(rep, "/search?q=parcel+is+late")
    address = unescape(re.search(r'href="(/procedures/SHP-014\?[^"#]*)"', found)[1])
    page(rep, address)
    parts.insight.log.flush()
    assert "Your search “parcel is late”" in page(rep, f"{PLACE}?passage=steps")
    tell(rep, parts, "wrong")
    (item,) = items(parts)
    assert item.query == "parcel is late"


def test_another_persons_search_does_not_go_along(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    found = page(editor, "/search?q=parcel+is+late")
    page(editor, unescape(re.search(r'href="(/procedures/SHP-014\?[^"#]*)"', found)[1]))
    parts.insight.log.flush()
    tell(rep, parts, "wrong")
    (item,) = items(parts)
    assert item.query is None


def test_with_javascript_the_thanks_come_as_json(rep: FlaskClient, parts: Parts) -> None:
    form = {"said": "wrong", "passage": "steps", "version": version_of(parts, "SHP-014")}
    answer = rep.post(PLACE, data=form, headers={"Accept": "application/json"})
    assert answer.json == {
        "said": "Thanks, Shipping will see it. The answer comes to My questions."
    }


@pytest.mark.parametrize(
    "given",
    [
        {"said": "nonsense"},
        {"said": ""},
        {"said": "wrong", "comment": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_cannot_be_taken_is_shown_again_with_what_was_typed(
    rep: FlaskClient, parts: Parts, given: dict[str, str]
) -> None:
    refused = tell(rep, parts, **{"comment": "typed <words>", **given})
    assert refused.status_code == 400
    check_page(refused.text)
    assert unescape(given.get("comment", "typed <words>")) in unescape(refused.text)
    assert items(parts) == []


@pytest.mark.parametrize("passage", ["", "nowhere", "steps~0", "steps~99", "steps~x", "~1", "\0"])
def test_a_passage_that_there_is_not(rep: FlaskClient, parts: Parts, passage: str) -> None:
    assert rep.get(PLACE, query_string={"passage": passage}).status_code == 404
    assert tell(rep, parts, "wrong", passage=passage).status_code == 404


def test_a_draft_looks_like_nothing(rep: FlaskClient, editor: FlaskClient) -> None:
    address = "/procedures/SHP-015/feedback?passage=steps"
    assert rep.get(address).status_code == 404
    assert "zebra form" in page(editor, address)


def test_signed_out_what_was_written_is_kept(anonymous: FlaskClient, parts: Parts) -> None:
    assert anonymous.get(f"{PLACE}?passage=steps").status_code == 302
    refused = tell(anonymous, parts, "wrong", comment="Typed for long.")
    assert refused.status_code == 401
    assert "What you wrote is kept" in refused.text


def test_the_procedure_page_costs_no_statement_more_for_its_controls(
    rep: FlaskClient, parts: Parts
) -> None:
    page(rep, "/procedures/SHP-014")
    with statements(parts.engine) as sent:
        page(rep, "/procedures/SHP-014")
    assert not any("openings" in one for one in sent)
    assert sum("votes" in one for one in sent) == 2  # the tally, and one's own


def test_markup_in_a_passage_stays_text(rep: FlaskClient, parts: Parts) -> None:
    tell(rep, parts, "wrong", passage="what-to-say", comment="<script>alert(1)</script>")
    assert "<script>alert" not in page(rep, "/questions")
