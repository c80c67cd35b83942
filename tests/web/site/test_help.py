"""The help pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.pagekit import page


@pytest.mark.parametrize("address", ["/help", "/help/search"])
def test_help_is_there(rep: FlaskClient, address: str) -> None:
    assert "<kbd>/</kbd>" in page(rep, address)


@pytest.mark.parametrize("operator", ["department:", "keyword:", "owner:", "-voucher"])
def test_every_operator_of_the_search_is_explained(rep: FlaskClient, operator: str) -> None:
    assert operator in page(rep, "/help/search")


def test_help_asks_for_a_sign_in(anonymous: FlaskClient) -> None:
    assert anonymous.get("/help").status_code == 302
