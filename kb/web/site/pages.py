"""What every page shares: the parts, the clock, page numbers, assets and filters."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from zlib import crc32

from flask import Flask, current_app, g, request
from flask.templating import Environment
from msgspec import Struct

from kb.database import unshare
from kb.parts import Parts
from kb.procedures.model import Departments
from kb.publishing.refreshing.last_good import Holding
from kb.web.site import assets, wording
from kb.web.site.addresses import link
from kb.web.site.compiled_templates import CompiledTemplates
from kb.web.site.mount import rooted

TONES = 10  # the colours that kb.css has for departments
_MOST_PAGES = 100_000


def register(app: Flask) -> None:
    """Serve the assets, and give templates their filters and functions."""
    assets.serve(app)
    app.before_request_funcs.setdefault(None, []).insert(0, _look_once)
    app.teardown_request(lambda _error: unshare())
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for name in ("days_long", "promised", "counted", "quiet", "loud"):
        app.jinja_env.filters[name] = getattr(wording, name)
    app.jinja_env.filters["overdue_by"] = wording.overdue_by
    settings = app.extensions["kb"].settings
    app.jinja_env.bytecode_cache = CompiledTemplates(settings.var / "templates")
    versions = assets.versions()
    app.jinja_env.globals.update(
        site=settings.name,
        open_reading=settings.open_reading,
        framers=" ".join(settings.framers),
        asset=lambda name: link("static", filename=name, v=versions[name]),
        here=here,
        tone=tone,
        today=today,
        now=now,
        first_wrong=first_wrong,
        department_of=lambda department_id: departments().get(department_id),
    )


def parts() -> Parts:
    """The knowledge base that this site shows."""
    found: Parts = current_app.extensions["kb"]
    return found


def now() -> datetime:
    """The time, the same throughout a request. Tests may set it as KB_NOW."""
    if "now" not in g:
        g.now = current_app.config.get("KB_NOW") or datetime.now(UTC)
    found: datetime = g.now
    return found


def first_wrong() -> bool:
    """Is this the first field of the page that is wrong? It gets the focus."""
    first = "wrong_before" not in g
    g.wrong_before = True
    return first


def today() -> date:
    """The day, in UTC."""
    return now().date()


def departments() -> Departments:
    """departments.yml as it holds now; parsed only when it changed, read once a request."""
    return departments_standing().settings


def departments_standing() -> Holding[Departments]:
    """What holds of departments.yml, and the bytes it is read from."""
    if "departments" not in g:
        g.departments = parts().publishing.live.departments()
    found: Holding[Departments] = g.departments
    return found


def departments_source() -> bytes:
    """departments.yml itself, as it is to be edited; read once a request."""
    if "departments_source" not in g:
        g.departments_source = parts().storage.library.departments_source()
    found: bytes = g.departments_source
    return found


def generation() -> str:
    """Which state of the catalogue this page shows; asked anew after something was written."""
    if request.method not in ("GET", "HEAD"):
        return parts().catalogue.generation()
    if "generation" not in g:
        g.generation = parts().catalogue.generation()
    found: str = g.generation
    return found


def tone(department_id: str) -> int:
    """The colour of a department, 0 to TONES - 1: no two alike among the first ten."""
    known = list(departments().by_id)
    if department_id in known:
        return known.index(department_id) % TONES
    return crc32(department_id.encode("utf-8", "replace")) % TONES


def page_number() -> int:
    """The page asked for by ?page=, from 1; anything else is page 1."""
    asked = request.args.get("page", "")
    number = int(asked) if re.fullmatch(r"[0-9]{1,6}", asked) else 1
    return min(max(number, 1), _MOST_PAGES)


def number_in(text: str | None, most: int = 9) -> int | None:
    """The number that is written there, of at most so many digits; None for anything else."""
    return int(text) if text and text.isdecimal() and len(text) <= most else None


def here(**changes: object) -> str:
    """The address of this page with some of its ?arguments changed; None leaves one out.

    Not url_for: that would take what a visitor writes after the question mark for its own
    options, such as the scheme.
    """
    if "here" not in g:
        stand_at(rooted(request.path))
    path, written = g.here
    pairs = [pair for name, pair in written.items() if name not in changes]
    pairs += [f"{name}={quote_plus(str(v))}" for name, v in changes.items() if v is not None]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


def stand_at(path: str) -> None:
    """What is shown is the page of that path, although its form was sent elsewhere."""
    quoted = quote(path, safe="/:@!$&'()*+,;=~-._")
    g.here = quoted, {name: urlencode({name: value}) for name, value in request.args.items()}


class Templates(Environment):
    """Templates that all have the site's globals and none of their own.

    Each include and import asks for them by name; in Jinja's own chain of two dictionaries that
    took a tenth of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template; `d` are its own."""
        return super().make_globals(d) if d else self.globals


class Pages(Struct, frozen=True):
    """Which page of how many: `number` counts from 1, `total` counts what is listed."""

    number: int
    per_page: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; 1 where nothing is listed."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first_shown(self) -> int:
        """The rank of the first thing on this page, from 1."""
        return (self.number - 1) * self.per_page + 1

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The page numbers to offer: the ends and those around this one; None is a gap."""
        near = {1, self.last, self.number - 1, self.number, self.number + 1}
        shown = sorted(number for number in near if 1 <= number <= self.last)
        offered: list[int | None] = []
        for number in shown:
            if offered and number - (offered[-1] or 0) > 1:
                offered.append(None)
            offered.append(number)
        return tuple(offered)


def _look_once() -> None:
    """A page that changes nothing is made of one state of the database."""
    if request.method in ("GET", "HEAD"):
        parts().look_once()
