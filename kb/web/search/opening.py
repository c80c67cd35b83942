"""The ways in from elsewhere: a ticket's link with what the customer says, the address bar."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.documents.text.plain_text import folded
from kb.search.query import Lookup
from kb.search.results import Results
from kb.web.site import access, search_log
from kb.web.site.pages import departments, parts, today

blueprint = Blueprint("opening", __name__)
# The next hit has at most so much of the best one's score. Of the golden queries 161 of 174 are
# then opened at once, all of them rightly; with 1.0, 173 and four of them wrongly.
LEAD = 0.8
_MIME = "application/opensearchdescription+xml"


@blueprint.get("/open")
def by_words() -> ResponseReturnValue:
    """Straight to the procedure where one answers ?q= and none comes near, else to the results."""
    text = request.args.get("q", "").strip()
    kept: dict[str, Any] = {"compact": 1} if request.args.get("compact") == "1" else {}
    if not text:
        return redirect(url_for("searching.home", **kept))
    narrowed: dict[str, Any] = {"department": id} if (id := _department()) else {}
    chosen = tuple(narrowed.items())
    asked = Lookup(text, access.reader(), today(), chosen, limit=2)
    found = parts().search.searcher.find(asked)
    answer = _only_answer(found)
    if answer is None:
        return redirect(url_for("searching.results", q=text, **narrowed, **kept))
    there = url_for("reading.procedure", procedure_id=answer)
    rest = url_for("searching.results", q=text, **kept).partition("?")[2]
    return redirect(f"{there}{search_log.searched(text, found)}1&{rest}")


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """How a browser searches here from its address bar."""
    whole = parts().settings.url or request.host_url
    site = "{0.scheme}://{0.netloc}".format(urlsplit(whole))
    answer = make_response(render_template("search/opensearch.xml", address=site))
    answer.mimetype = _MIME
    return answer


def _department() -> str | None:
    """The department that the link names, by id or name; one that is unknown is no filter."""
    wanted = folded(request.args.get("department", "").strip())
    known = departments().by_id.values()
    return next((one.id for one in known if wanted in (folded(one.id), folded(one.name))), None)


def _only_answer(found: Results) -> str | None:
    """The id that was typed, or of the hit that answers with none near it."""
    if found.opens or not found.convincing or not found.hits:
        return found.opens
    best, *others = found.hits
    near = any(other.score > LEAD * best.score for other in others)
    return None if near else best.id
