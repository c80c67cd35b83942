"""Addresses of the site's pages: compiled when first asked for, remembered once built."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from flask import request, url_for
from werkzeug.routing import Rule

_LINKS = 20_000  # addresses kept


class LateRule(Rule):
    """A rule whose address builders are compiled when an address is first built.

    Werkzeug compiles two for each rule, which for all of them takes a twentieth of the start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)
        return lambda *args, **values: compiled(append_unknown)(*args, **values)


def link(endpoint: str, **values: Any) -> str:
    """The address of `endpoint` with `values`, below the path where the site is mounted.

    As Flask's `url_for`, which takes longer to build an address than to look it up.
    """
    if endpoint.startswith("."):
        endpoint = f"{request.blueprint}{endpoint}"
    return _built(request.script_root, endpoint, *values.items())


@lru_cache(_LINKS)
def _built(_root: str, endpoint: str, *values: tuple[str, Any]) -> str:
    return url_for(endpoint, **dict(values))
