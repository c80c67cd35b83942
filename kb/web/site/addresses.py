"""Addresses of the site's pages, remembered once they were built."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import request, url_for

_LINKS = 20_000  # addresses kept


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
