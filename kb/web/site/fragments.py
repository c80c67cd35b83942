"""HTML that is the same whenever its arguments are: made once, then kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from flask import Flask, g, request
from markupsafe import Markup

from kb.cache import Cache
from kb.web.site.addresses import link
from kb.web.site.clock import zone
from kb.web.site.pages import departments_standing, today


def register(app: Flask) -> None:
    """Give templates `kept`, and a `url_for` that remembers."""
    app.jinja_env.globals.update(kept=Fragments(), url_for=link)


class Fragments:
    """What macros made, up to `room` characters. One serves all threads.

    For macros that look at nothing but their arguments, the day, the reader's time zone, and
    departments.yml.
    """

    def __init__(self, room: int = 16_000_000) -> None:
        self._made: Cache[Hashable, Markup] = Cache(room, len)

    def __call__(self, macro: Callable[..., Markup], *args: Hashable) -> Markup:
        """What `macro` makes of `args`."""
        return self._made.of((macro, args, _circumstances()), lambda: macro(*args))


def _circumstances() -> Hashable:
    """What a macro may look at besides its arguments."""
    if "circumstances" not in g:
        source = departments_standing().source
        g.circumstances = (request.script_root, today(), source, zone().key)
    found: Hashable = g.circumstances
    return found
