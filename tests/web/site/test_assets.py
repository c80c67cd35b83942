"""Assets go compressed to whoever takes that, whole to others, and stay at the browser's."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response

OWN, BOOTSTRAP = "/static/kb.css", "/bootstrap/static/css/bootstrap.min.css"


def sent_to(app: Flask, address: str, **headers: str) -> Response:
    with app.test_client() as client:
        response = client.get(address, headers=headers)
        response.get_data()
        response.close()
        return response


@pytest.mark.parametrize("address", [OWN, BOOTSTRAP, "/static/kb.js", "/static/icon.svg"])
def test_a_browser_gets_the_same_bytes_in_fewer(app: Flask, address: str) -> None:
    whole = sent_to(app, address)
    sent = sent_to(app, address, **{"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert "Content-Encoding" not in whole.headers
    assert sent.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(sent.data) == whole.data
    assert sent.content_length == len(sent.data) < len(whole.data)
    assert sent.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"
    assert sent.headers["ETag"] != whole.headers["ETag"]


@pytest.mark.parametrize("taken", ["identity", "br", "gzip;q=0", ""])
def test_who_takes_no_gzip_gets_none(app: Flask, taken: str) -> None:
    sent = sent_to(app, OWN, **{"Accept-Encoding": taken})
    assert sent.status_code == 200
    assert "Content-Encoding" not in sent.headers


@pytest.mark.parametrize("address", [OWN, BOOTSTRAP])
def test_what_the_browser_has_is_not_sent_again(app: Flask, address: str) -> None:
    taking = {"Accept-Encoding": "gzip"}
    tag = sent_to(app, address, **taking).headers["ETag"]
    again = sent_to(app, address, **taking, **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_is_of_the_file_as_it_lies_there(app: Flask) -> None:
    sent = sent_to(app, OWN, **{"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (sent.status_code, len(sent.data)) == (206, 10)
    assert "Content-Encoding" not in sent.headers


@pytest.mark.parametrize("address", [OWN, BOOTSTRAP])
def test_assets_are_sent_where_forms_are_protected(app: Flask, address: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert sent_to(app, address).status_code == 200
