"""The search page and the home page, which is a search box with ways to browse below it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from kb.departments.first_steps import FirstSteps
from kb.procedures.model import Procedure
from kb.search.filters import chosen
from kb.search.query import Lookup
from kb.search.results import Hit, Results
from kb.web.catalogue.browsing import by_order
from kb.web.feedback import questions, responding
from kb.web.must_reads import must_reads
from kb.web.notices import bulletins
from kb.web.procedures import favourites
from kb.web.site import access, search_log
from kb.web.site.pages import Pages, departments, here, now, page_number, parts, today
from kb.web.versions import lately

blueprint = Blueprint("searching", __name__)

PER_PAGE = 10
_MOST_USED = 6
_USED_IN = timedelta(days=28)
_ALL = "all"  # in the address: list what fits less well, too


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The box, then what a shift begins with, then the ways to browse."""
    reader, catalogue = access.reader(), parts().catalogue
    counts = catalogue.departments(reader)
    return render_template(
        "search/home.html",
        counts=counts,
        listed=by_order(counts),
        categories=catalogue.categories(reader),
        letters=catalogue.letters(reader),
        drafts=_drafts(),
        most_used=_most_used(),
        **bulletins.at_home(),
        **must_reads.at_home(),
        **questions.at_home(),
        **lately.at_home(),
        **favourites.at_home(),
        first_steps=_first_steps(),
        focus_search=True,
    )


@blueprint.get("/search")
def results() -> ResponseReturnValue:
    """What was found for ?q=, under the filters that the address chooses."""
    text = request.args.get("q", "").strip()
    if not text:
        return render_template("search/empty.html", focus_search=True)
    found = _search(text)
    if found.opens and found.offset == 0 and not chosen(request.args):
        return redirect(url_for("reading.procedure", procedure_id=found.opens))
    everything = request.args.get(_ALL) == "1"
    pages = Pages(page_number(), PER_PAGE, found.total if everything else found.near)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    hits = found.hits[: pages.total - found.offset]
    likely = _likely(found)
    return render_template(
        "search/results.html",
        searched=text,
        found=found,
        pages=pages,
        hits=hits,
        owners=_owners(hits),
        complaints=_complaints(hits),
        reviewed_only=bool(request.args.get("reviewed")),
        department=request.args.get("department"),
        category=request.args.get("category"),
        likely=likely,
        rebuilding=not parts().search.index.in_service,
        trail=search_log.searched(text, found),
        **bulletins.on_results(found),
        **responding.ask_panel(text, likely),
    )


def _first_steps() -> FirstSteps | None:
    """For administrators, until all is there."""
    who = access.person()
    if who is None or not who.administrator:
        return None
    return parts().departments.beginning.steps()


def _most_used() -> tuple[Procedure, ...]:
    """In the departments of the one who asks, or in all of them for who is of none."""
    who = access.person()
    own = who.departments & frozenset(departments().by_id) if who else frozenset()
    uses, since = parts().insight.uses, today() - _USED_IN
    return favourites.findable(uses.most_used(own, since, _MOST_USED, now()))


def _drafts() -> int:
    """How many drafts wait for the one who asks; only who may write has any."""
    who = access.person()
    return parts().publishing.drafts.count(who.id) if who and who.departments else 0


def _search(text: str) -> Results:
    first = (page_number() - 1) * PER_PAGE
    asked = Lookup(text, access.reader(), today(), chosen(request.args), first, PER_PAGE)
    return _with_changes(parts().search.searcher.find(asked))


def _with_changes(found: Results) -> Results:
    """The index does not know what changed since it was reviewed: the catalogue does."""
    changed = parts().catalogue.changed_since({hit.id for hit in found.hits})
    if not changed:
        return found
    return replace(
        found,
        hits=tuple(
            replace(hit, found=replace(hit.found, changed_since=hit.id in changed))
            for hit in found.hits
        ),
    )


def _owners(hits: tuple[Hit, ...]) -> tuple[str | None, ...]:
    """The name of each hit's owner."""
    names = parts().people.directory.names({hit.owner for hit in hits if hit.owner})
    return tuple(names.get(hit.owner) if hit.owner else None for hit in hits)


def _complaints(hits: tuple[Hit, ...]) -> tuple[int, ...]:
    """How many complaints about each hit are open."""
    counts = parts().feedback.inbox.lists.complaints({hit.id for hit in hits})
    return tuple(counts.get(hit.id, 0) for hit in hits)


def _likely(found: Results) -> str | None:
    """The department to ask: the one chosen as a filter, else the one that the words suggest."""
    chosen = request.args.get("department")
    return chosen if chosen in departments() else found.likely_department
