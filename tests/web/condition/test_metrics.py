"""What Prometheus is told: to whoever has the token, with bounded labels, and nothing secret."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace

from kb.measuring.metrics import metrics_folder
from kb.parts import Parts
from kb.web.condition.watching import DONE
from tests.conftest import built_site, signed_in

TOKEN = "a token of tests alone"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(parts: Parts, compiled: FileSystemBytecodeCache) -> Iterator[FlaskClient]:
    """A rep on a site with a token."""
    settings = replace(parts.settings, metrics_token=TOKEN)
    yield signed_in(built_site(replace(parts, settings=settings), compiled), "rep@kb.example")
    library = import_module("prometheus_client.values")  # not before kb has: it looks round then
    for close in library._multi_process_cleanups:  # the next site counts in a home of its own
        close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (RIGHT, 200),
        ({}, 401),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": TOKEN}, 401),
        ({"Authorization": "Bearer t\u00f6ken"}, 401),
    ],
)
def test_the_token_alone_opens_it(
    watched: FlaskClient, headers: dict[str, str], status: int
) -> None:
    answer = watched.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert (status == 200) is ("kb_build_info" in answer.text)


def test_without_a_token_in_the_settings_it_is_closed_to_this_machine_too(
    administrator: FlaskClient,
) -> None:
    assert administrator.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_figures_are_those_of_the_moment(watched: FlaskClient, parts: Parts) -> None:
    told = watched.get("/metrics", headers=RIGHT)
    assert told.headers["Content-Type"].startswith("text/plain")
    assert told.headers["Cache-Control"] == "no-store"
    assert "kb_index_procedures 3.0" in told.text
    assert 'kb_letters{state="gave up"} 0.0' in told.text
    parts.search.index.current.unlink()
    assert 'kb_concern{part="index",weight="unready"} 1.0' in watched.get(
        "/metrics", headers=RIGHT
    ).text  # fmt: skip


def test_no_address_and_no_word_becomes_a_label(watched: FlaskClient, parts: Parts) -> None:
    for address in ("/procedures/SHP-014", "/nowhere/at/all", "/search?q=sesame"):
        watched.get(address)
    watched.open("/", method="SESAME")
    written = b"".join(one.read_bytes() for one in metrics_folder(parts.settings.var).iterdir())
    told = watched.get("/metrics", headers=RIGHT).text.encode() + written
    assert b"/procedures/<path:procedure_id>" in written
    for word in (b"SHP-014", b"nowhere", b"sesame", b"SESAME", TOKEN.encode()):
        assert word not in told


def test_what_people_do_is_counted_by_views_that_are_there(watched: FlaskClient) -> None:
    views = watched.application.view_functions
    assert [name for name in DONE if name not in views] == []
