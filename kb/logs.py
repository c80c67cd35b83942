"""The log. Its library brings a tenth of all modules along: it is loaded for the first line."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def log() -> Any:
    """What takes lines: `log().error("what_happened", why=…)`, as of structlog.get_logger()."""
    return import_module("structlog").get_logger()
