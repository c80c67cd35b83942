"""The log. Its library brings a tenth of all modules along: it is loaded for the first line.

Lines are for people, or with `as_json` JSON for programs. Each has what is known of the request
that it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import Any

About = Callable[[], dict[str, object]]


def _nothing() -> dict[str, object]:
    return {}


about: ContextVar[About] = ContextVar("about", default=_nothing)
_CHOSEN = {"json": False}


def as_json(chosen: bool) -> None:
    """Lines are JSON from now on, or again text for people."""
    if _CHOSEN["json"] != chosen:
        _CHOSEN["json"] = chosen
        _logger.cache_clear()


def log() -> Any:
    """What takes lines: `log().error("what_happened", why=…)`, as of structlog.get_logger()."""
    known = about.get()()
    return _logger().bind(**known) if known else _logger()


@cache
def _logger() -> Any:
    structlog = import_module("structlog")
    steps, dev = structlog.processors, structlog.dev
    # Tracebacks without the values of variables: those may be words, or passwords.
    text = [
        steps.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        dev.ConsoleRenderer(exception_formatter=dev.plain_traceback),
    ]
    json = [
        steps.TimeStamper(fmt="iso", utc=True),
        steps.format_exc_info,
        steps.JSONRenderer(default=str),
    ]
    structlog.configure(
        processors=[
            steps.add_log_level,
            dev.set_exc_info,
            *(json if _CHOSEN["json"] else text),
        ]
    )
    return structlog.get_logger()
