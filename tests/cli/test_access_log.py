"""What the web server writes down of a request."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from kb.cli.access_log import FORMAT, JSON, AccessLog, without_secrets


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/search?q=my+husband+died", "/search"),
        ("/procedures/SHP-014?from=0123456789&rank=1", "/procedures/SHP-014"),
        ("/unsubscribe/MQ.abcdef", "/unsubscribe/-"),
        ("/Unsubscribe/MQ.abcdef?x=1", "/Unsubscribe/-"),
        ("/reset/abcdef/more", "/reset/-"),
        ("/help/desk/unsubscribe/MQ.abcdef", "/help/desk/unsubscribe/-"),
        ("/a%0Ab", "/a%0Ab"),
        ("", ""),
    ],
)
def test_no_words_and_no_secrets(address: str, written: str) -> None:
    assert without_secrets(address) == written


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (FORMAT, '"GET /search HTTP/1.1" 200 99 7ms 7f3c52aa01de\n'),
        (JSON, '"line": "GET /search HTTP/1.1", "status": "200", "bytes": "99", "ms": 7'),
    ],
)
def test_a_line_has_neither_query_nor_referrer_and_a_renamed_file_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, words: str
) -> None:
    file = tmp_path / "access.log"
    config = Config()
    config.set("accesslog", str(file))
    config.set("access_log_format", form)
    log = AccessLog(config)
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/search?q=secret+words",
        "QUERY_STRING": "q=secret+words",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": "http://kb/search?q=secret+before",
        "REMOTE_ADDR": "127.0.0.1",
        "PATH_INFO": "/search",
    }
    answer = SimpleNamespace(status="200 OK", sent=99, headers=[("X-Request-ID", "7f3c52aa01de")])
    request = SimpleNamespace(headers=[("REFERER", "http://kb/search?q=secret+before")])
    log.access(answer, request, environ, timedelta(milliseconds=7))
    tmp_path.rename(tmp_path.with_name("away"))
    log.access(answer, request, environ, timedelta(milliseconds=7))
    tmp_path.with_name("away").rename(tmp_path)
    file.rename(tmp_path / "access.log.1")
    log.access(answer, request, environ, timedelta(milliseconds=7))
    for one in (tmp_path / "access.log.1", file):
        line = one.read_text()
        assert words in line
        assert form != JSON or json.loads(line)["request"] == "7f3c52aa01de"
        assert "secret" not in line
    assert "Traceback" not in capsys.readouterr().err
    for handler in list(logging.getLogger("gunicorn.access").handlers):
        logging.getLogger("gunicorn.access").removeHandler(handler)
        handler.close()
