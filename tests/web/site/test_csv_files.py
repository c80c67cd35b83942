"""No cell of a table is a formula to the program that opens it."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from kb.web.site.csv_files import csv_file


def cell(app: Flask, value: object) -> str:
    with app.test_request_context():
        text = csv_file("table.csv", ["Head"], [[value]]).get_data(as_text=True)
    return list(csv.reader(io.StringIO(text, newline="")))[1][0]


@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\x01"])
@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212"]
)
def test_what_would_be_a_formula_is_a_text(app: Flask, before: str, sign: str) -> None:
    assert cell(app, f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("value", ["Late parcel", "5 - 3", "a=b", "", "\uff21", -3])
def test_all_else_is_as_it_was(app: Flask, value: object) -> None:
    assert cell(app, value) == str(value)
