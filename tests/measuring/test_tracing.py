"""Traces go to a collector by OpenTelemetry's own protocol, and nothing is loaded without one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kb import database
from kb.app import build
from kb.measuring import tracing
from kb.measuring.tracing import asked_for
from kb.parts import Parts
from kb.worker.scheduler import Duty
from tests.conftest import built_site, signed_in, with_fast_passwords

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector(HTTPServer):
    """Takes what is sent to /v1/traces, as a collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.received: list[Span] = []

    def spans(self) -> dict[str, Span]:
        """By name; the last of each."""
        tracing.flush()
        return {one.name: one for one in self.received}


class _Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(raw).resource_spans:
            for scope in resource.scope_spans:
                self.server.received += scope.spans
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        tracing._tracer.cache_clear()
        yield server
        tracer = tracing._tracer(os.getpid())
        tracer.span_processor.shutdown()
        tracing._tracer.cache_clear()
        server.shutdown()
        thread.join()


def about(one: Span) -> dict[str, object]:
    return {it.key: getattr(it.value, it.value.WhichOneof("value")) for it in one.attributes}


def test_a_request_its_search_and_its_statements_are_one_trace(
    collector: Collector, parts: Parts, compiled: FileSystemBytecodeCache
) -> None:
    settings = replace(parts.settings, https=True)
    traced = with_fast_passwords(build(settings))
    rep = signed_in(built_site(traced, compiled), "rep@kb.example")
    rep.get(
        "/search?q=sesame+parcel",
        base_url="https://localhost",
        headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
    )
    found = collector.spans()
    request, search, statement = found["GET /search"], found["search"], found["SELECT"]
    told = about(request)
    assert (told["http.route"], told["http.response.status_code"]) == ("/search", 200)
    assert request.trace_id.hex() == search.trace_id.hex() == TRACE
    assert search.parent_span_id == request.span_id
    assert str(about(statement)["db.query.text"]).startswith("SELECT")
    assert "sesame" not in str(collector.received)
    assert "rep@kb.example" not in str(collector.received)
    traced.insight.log.close()
    traced.let_go()


def test_duties_and_what_fails_are_told(collector: Collector, parts: Parts) -> None:
    Duty("days").done(lambda: [][0])
    assert about(collector.spans()["duty"])["kb.duty"] == "days"
    assert collector.spans()["duty"].status.code == 2  # an error
    engine = database.connect(parts.settings.database_url)
    with pytest.raises(DBAPIError), engine.connect() as connection:
        connection.execute(text("DROP TABLE never_there"))
    engine.dispose()
    assert collector.spans()["DROP"].status.code == 2


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://it", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://it", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_the_standard_variables_say_whether_there_are_traces(
    environ: dict[str, str], asked: bool
) -> None:
    assert asked_for(environ) is asked


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    code = """
import sys, kb.database, kb.worker.scheduler
from kb.measuring.tracing import span
with span("x") as it: assert it is None
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    environ = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
