"""Pages as gzip for who takes it, and what their length tells: nothing."""

from __future__ import annotations

import gzip
import re
import zlib

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.web.site.compression import gzipped
from kb.web.site.security import masked, unmasked
from tests.conftest import NOW, signed_in

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize(
    "address", ["/", "/search?q=parcel", "/procedures/SHP-014", "/search/suggestions?q=par"]
)
def test_an_answer_is_the_same_and_shorter(rep: FlaskClient, address: str) -> None:
    plain, packed = rep.get(address), rep.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    if packed.headers.get("Content-Encoding") == "gzip":
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    took = re.compile(rb"[\d.]+ ms|under 1 ms|name=\"csrf_token\" value=\"[^\"]+\"")
    sent = packed.data
    if packed.headers.get("Content-Encoding") == "gzip":
        sent = gzip.decompress(sent)
    assert took.sub(b"", sent) == took.sub(b"", plain.data)


@pytest.mark.parametrize("takes", ["identity", "br", "gzip;q=0", ""])
def test_who_does_not_take_it_gets_it_plain(rep: FlaskClient, takes: str) -> None:
    answer = rep.get("/", headers={"Accept-Encoding": takes})
    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_file_goes_out_as_it_is(rep: FlaskClient, parts: Parts) -> None:
    folder = parts.settings.content / "shipping"
    (folder / "notes.txt").write_text("Hold it upright. " * 100)
    late = folder / "late-shipment.md"
    late.write_text(late.read_text() + "\nSee [notes](notes.txt).\n")
    parts.publishing.publisher.refresh(NOW.date())
    with rep.get("/files/shipping/notes.txt", headers=GZIP) as answer:
        assert answer.status_code == 200
        assert b"Hold it upright." in answer.data


@pytest.mark.parametrize("raw", [b"", b"x", b"a page " * 5000, bytes(range(256)) * 300])
def test_any_reader_reads_it_and_no_two_are_as_long(raw: bytes) -> None:
    made = [gzipped(raw) for _ in range(40)]
    assert {gzip.decompress(one) for one in made} == {raw}
    assert zlib.decompressobj(31).decompress(made[0]) == raw
    assert len({len(one) for one in made}) > 20


def test_a_token_never_looks_alike_and_works(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    found = [
        re.findall(r'name="csrf_token"\s+value="([^"]+)"', client.get("/sign-in").text)
        for _ in range(4)
    ]
    tokens = [one for page in found for one in set(page)]
    assert len(set(tokens)) == 4, "one a page"
    assert len({unmasked(one) for one in tokens}) == 1
    for token in (tokens[0], unmasked(tokens[1])):
        data = {"email": "rep@kb.example", "password": "wrong", "csrf_token": token}
        assert client.post("/sign-in", data=data).status_code == 403
    bad = {"email": "rep@kb.example", "password": "wrong", "csrf_token": masked("forged")}
    assert client.post("/sign-in", data=bad).status_code == 400


@pytest.mark.parametrize("given", ["", "a.b.c", "not base64!", "QQ==", "QUJD", "ü", "/w=="])
def test_what_is_no_masked_token_is_refused_and_breaks_nothing(app: Flask, given: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = signed_in_without_tokens(app)
    assert client.post("/sign-out", data={"csrf_token": given}).status_code == 400


def signed_in_without_tokens(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, "rep@kb.example")
    app.config["WTF_CSRF_ENABLED"] = True
    return client
