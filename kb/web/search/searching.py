"""The search page and the home page, which is a search box with ways to browse below it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from kb.departments.first_steps import FirstSteps
from kb.search.filters import chosen
from kb.search.query import Lookup
from kb.search.results import Hit, Results
from kb.web.catalogue.browsing import by_order
from kb.web.feedback import responding
from kb.web.must_reads import must_reads
from kb.web.site import access, search_log
from kb.web.site.pages import Pages, departments, here, page_number, parts, today
from kb.web.versions import lately

blueprint = Blueprint("searching", __name__)

PER_PAGE = 10
_RECENT = 8
_ALL = "all"  # in the address: list what fits less well, too


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The box, and below it the departments, categories, letters and latest reviews."""
    reader, catalogue = access.reader(), parts().catalogue
    counts, recent = catalogue.departments(reader), catalogue.recent(reader, _RECENT)
    return render_template(
        "search/home.html",
        counts=counts,
        listed=by_order(counts),
        categories=catalogue.categories(reader),
        letters=catalogue.letters(reader),
        recent=recent,
        names=parts().people.directory.names({one.owner for one in recent if one.owner}),
        drafts=_drafts(),
        **must_reads.at_home(),
        **lately.at_home(),
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
        department=request.args.get("department"),
        category=request.args.get("category"),
        likely=likely,
        rebuilding=not parts().search.index.in_service,
        trail=search_log.searched(text, found),
        **responding.ask_panel(text, likely),
    )


def _first_steps() -> FirstSteps | None:
    """For administrators, until all is there."""
    who = access.person()
    if who is None or not who.administrator:
        return None
    return parts().departments.beginning.steps()


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


def _likely(found: Results) -> str | None:
    """The department to ask: the one chosen as a filter, else the one that the words suggest."""
    chosen = request.args.get("department")
    return chosen if chosen in departments() else found.likely_department
