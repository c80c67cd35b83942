"""Addresses of the site's pages, remembered once they were built."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

from flask import request, url_for

_LINKS = 20_000  # addresses kept


class Links:
    """Flask's `url_for`, which takes longer to build an address than to look it up."""

    def __init__(self) -> None:
        self._built: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def __call__(self, endpoint: str, **values: Any) -> str:
        """The address of `endpoint` with `values`, below the path where the site is mounted."""
        if endpoint.startswith("."):
            endpoint = f"{request.blueprint}{endpoint}"
        key = (request.script_root, endpoint, tuple(values.items()))
        with self._lock:
            found = self._built.get(key)
        if found is None:
            found = url_for(endpoint, **values)
            with self._lock:
                self._built[key] = found
                if len(self._built) > _LINKS:
                    self._built.popitem(last=False)
        return found


link = Links()
