"""Traces by OpenTelemetry, where the extra is installed and its OTEL_ variables name a collector.

Else nothing of it is loaded, and a span is nothing. No span has a word that was searched for, nor
a value that went to the database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

_COLLECTORS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_NOTHING: AbstractContextManager[Any] = nullcontext()
_NAME = "kb"
MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, and no traces go there: "
    "OpenTelemetry is not installed (pip install 'kb[telemetry]')."
)


def asked_for(environ: Mapping[str, str] = os.environ) -> bool:
    """Do the standard variables name a collector for traces?"""
    off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    where = any(environ.get(name) for name in _COLLECTORS)
    return where and not off and environ.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp"


def installed() -> bool:
    """Is the extra there?"""
    return find_spec("opentelemetry") is not None


def on() -> bool:
    """Are there traces?"""
    return _tracer(os.getpid()) is not None


def span(name: str, **about: str | float | bool) -> AbstractContextManager[Any]:
    """What happens within the block is one step of a trace; `about` says more of it.

    Gives the span, or None where there are no traces.
    """
    tracer = _tracer(os.getpid())
    return tracer.start_as_current_span(name, attributes=about) if tracer else _NOTHING


def request_span(headers: Mapping[str, str] | None) -> AbstractContextManager[Any]:
    """Of a request; it goes on with the trace that `headers` tell of, where they are trusted."""
    tracer = _tracer(os.getpid())
    if tracer is None:
        return _NOTHING
    above = import_module("opentelemetry.propagate").extract(
        {name.lower(): value for name, value in (headers or {}).items()}
    )
    kind = import_module("opentelemetry.trace").SpanKind.SERVER
    span: AbstractContextManager[Any] = tracer.start_as_current_span(
        "request", context=above, kind=kind
    )
    return span


def flush() -> None:
    """Send what waits to be sent."""
    if (tracer := _tracer(os.getpid())) is not None:
        tracer.span_processor.force_flush()


@lru_cache(maxsize=1)
def _tracer(_process: int) -> Any:
    """One a process: the thread that sends is not there after a fork. None without traces."""
    if not (asked_for() and installed()):
        return None
    sdk = import_module("opentelemetry.sdk.trace")
    sending = import_module("opentelemetry.sdk.trace.export")
    exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resource = import_module("opentelemetry.sdk.resources").Resource.create(
        {"service.name": os.environ.get("OTEL_SERVICE_NAME", _NAME)}
    )
    provider = sdk.TracerProvider(resource=resource)
    provider.add_span_processor(sending.BatchSpanProcessor(exporter.OTLPSpanExporter()))
    return provider.get_tracer(_NAME)
