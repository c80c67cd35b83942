"""What is in review is seen by whom drafts are seen: everywhere, and by nobody else."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import DRAFT, NOW
from tests.pagekit import page

PLACES = (
    "/search?q=zebra+papers",
    "/search/suggestions?q=zebra",
    "/procedures",
    "/departments/shipping",
    "/keyword?name=Shipping:+Customs+Zebra",
)


@pytest.fixture(autouse=True)
def in_review(parts: Parts) -> None:
    file = parts.settings.content / "shipping/customs.md"
    file.write_text(DRAFT.replace("status: draft", "status: in review"), encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())


def test_its_department_reads_it_marked(editor: FlaskClient, reviewer: FlaskClient) -> None:
    for one in (editor, reviewer):
        assert "In review." in page(one, "/procedures/SHP-015")
        assert "In review" in page(one, "/search?q=zebra+papers")


def test_nobody_else_does(rep: FlaskClient, outsider: FlaskClient, administrator: FlaskClient):
    for one in (rep, outsider, administrator):
        assert page(one, "/procedures/SHP-015", 404) == page(one, "/procedures/SHP-999", 404)
        page(one, "/procedures/SHP-015/history", 404)


@pytest.mark.parametrize("place", PLACES)
def test_no_list_or_count_tells_of_it(
    place: str, rep: FlaskClient, outsider: FlaskClient, editor: FlaskClient
) -> None:
    # Its members have their morning there, and the list beside it.
    own = "/departments/shipping/procedures" if place == "/departments/shipping" else place
    assert "SHP-015" in editor.get(own).text
    for one in (rep, outsider):
        assert "SHP-015" not in one.get(place).text
