"""What people see while PostgreSQL is away, and that all goes on once it is back."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from kb.app import build
from kb.database import Unreadable, Unwritable, connect, reading, writing
from kb.database import engine as engine_module
from kb.parts import Parts
from tests import databases, postgresql
from tests.conftest import NOW, add_personas, built_site, signed_in, with_fast_passwords
from tests.pagekit import check_page
from tests.postgresql import Server
from tests.web.site.test_outages import COMMENT, FORMS, texts

pytestmark = databases.only_sqlite  # it has a server of its own


@pytest.fixture
def server() -> Iterator[Server]:
    with postgresql.server() as made:
        yield made


@pytest.fixture
def over(server: Server, template: Path, tmp_path: Path) -> Iterator[Parts]:
    """All parts over a database on that server."""
    shutil.copytree(template / "content", tmp_path / "content")
    with databases.on(server.url):
        built = with_fast_passwords(build(databases.load({}, tmp_path)))
    add_personas(built.people.directory)
    built.publishing.publisher.refresh(NOW.date())
    yield built
    built.insight.log.close()
    built.let_go()


def test_what_was_typed_is_given_back_and_all_goes_on(
    server: Server, over: Parts, compiled: FileSystemBytecodeCache
) -> None:
    app = built_site(over, compiled)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    clients = [signed_in(app, "admin@kb.example") for _ in range(2)]
    server.stop()
    for address, form in FORMS.items():
        answer = clients[0].post(address, data=form)
        assert answer.status_code == 503, address
        assert answer.headers["Retry-After"]
        assert COMMENT in texts(answer.text), address
        assert "it cannot be reached" in answer.text
        check_page(answer.text)
    assert clients[0].get("/healthz").status_code == 503
    server.start()
    for client in clients:
        assert client.get("/procedures/SHP-014").status_code == 200
    admin = over.people.directory.by_email("admin@kb.example").id
    assert over.feedback.inbox.questions(admin, 1, 10).total == 0
    assert clients[1].post("/requests", data=FORMS["/requests"]).status_code == 302
    (item,) = over.feedback.inbox.questions(admin, 1, 10).items
    assert item.comment == COMMENT


def test_a_search_log_waits_for_it(
    server: Server, over: Parts, compiled: FileSystemBytecodeCache
) -> None:
    client = signed_in(built_site(over, compiled), "rep@kb.example")
    assert client.get("/search?q=zebra").status_code == 200
    server.stop()
    with suppress(Unwritable):  # unless the log's own thread was quicker, and tries again
        over.insight.log.flush()
    server.start()
    assert client.get("/search?q=late+parcel").status_code == 200
    over.insight.log.flush()
    with over.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM searches").scalar_one()
    assert kept == 2


def test_who_holds_a_lock_makes_others_wait_for_seconds(
    over: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_LOCK_WAIT", "50ms")
    held = pytest.raises(Unwritable, match="it is locked by another program")
    with writing(over.engine, "feedback"), held, writing(over.engine, "feedback"):
        pass
    with writing(over.engine, "feedback"), writing(over.engine, "people"):
        pass


def test_a_server_that_says_nothing_is_given_up(over: Parts) -> None:
    """It takes the connection, and that is all it does."""
    with over.engine.connect() as connection:
        asked = connection.connection.dbapi_connection.info.get_parameters()
    assert int(asked["connect_timeout"]) <= 5
    assert int(asked["tcp_user_timeout"]) <= 20_000
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        engine = connect(f"postgresql://kb@127.0.0.1:{port}/kb?connect_timeout=2")
        with pytest.raises(Unreadable, match="it cannot be reached"), reading(engine):
            pass
        engine.dispose()
