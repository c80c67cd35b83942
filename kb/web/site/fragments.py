"""HTML that is the same whenever its arguments are: made once, then kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Flask, g, request
from markupsafe import Markup

from kb.web.site.addresses import link
from kb.web.site.pages import departments_source, today


def register(app: Flask) -> None:
    """Give templates `kept`, and a `url_for` that remembers."""
    app.jinja_env.globals.update(kept=Fragments(), url_for=link)


class Fragments:
    """What macros made, up to `room` characters. One serves all threads.

    For macros that look at nothing but their arguments, the day, and departments.yml.
    """

    def __init__(self, room: int = 16_000_000) -> None:
        self._room = room
        self._made: OrderedDict[Hashable, Markup] = OrderedDict()
        self._taken = 0
        self._lock = Lock()

    def __call__(self, macro: Callable[..., Markup], *args: Hashable) -> Markup:
        """What `macro` makes of `args`."""
        key = (macro, args, _circumstances())
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
                return found
        made = macro(*args)
        with self._lock:
            self._taken += len(made) - len(self._made.pop(key, ""))
            self._made[key] = made
            while self._taken > self._room:
                self._taken -= len(self._made.popitem(last=False)[1])
        return made


def _circumstances() -> Hashable:
    """What a macro may look at besides its arguments."""
    if "circumstances" not in g:
        g.circumstances = (request.script_root, today(), departments_source())
    found: Hashable = g.circumstances
    return found
