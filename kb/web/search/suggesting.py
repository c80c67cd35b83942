"""What is offered below the search box while somebody types: JSON for search-suggesting.js."""

from __future__ import annotations

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.search.suggester import SuggestedKeyword, SuggestedProcedure
from kb.web.site import access, search_log
from kb.web.site.addresses import link
from kb.web.site.pages import departments, now, parts, tone
from kb.web.site.wording import loud, quiet

blueprint = Blueprint("suggesting", __name__)


@blueprint.get("/search/suggestions")
def suggestions() -> ResponseReturnValue:
    """Procedures and keywords for ?q=, an unfinished text; without one, one's earlier searches."""
    text = request.args.get("q", "")
    answer = jsonify(_suggested(text) if text.strip() else _earlier())
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/search/earlier")
def earlier() -> ResponseReturnValue:
    """One's own earlier searches, and the button that clears them."""
    access.signed_in()
    texts = parts().insight.earlier.latest(search_log.person_key())
    return render_template(
        "search/earlier.html", texts=texts, days=parts().settings.search_log_days
    )


@blueprint.post("/search/earlier/clearing")
def clearing() -> ResponseReturnValue:
    """None of them is offered again."""
    access.signed_in()
    parts().insight.earlier.clear(search_log.person_key(), now())
    flash("Your earlier searches are cleared.", "ok")
    return redirect(url_for(".earlier"))


def _suggested(text: str) -> dict[str, object]:
    found = parts().search.suggester.suggest(text, access.reader())
    trail = search_log.typed(text.strip(), found.glance) if found.glance else ""
    return {
        "procedures": [
            {**_procedure(one), "trail": f"{trail}{rank}" if trail else ""}
            for rank, one in enumerate(found.procedures, 1)
        ],
        "keywords": [_keyword(one) for one in found.keywords],
    }


def _earlier() -> dict[str, object]:
    """Only those of the person who asks, and where they are cleared; nothing when signed out."""
    texts = parts().insight.earlier.latest(search_log.person_key())
    listed = [{"url": link("searching.results", q=text), "text": text} for text in texts]
    return {"earlier": listed, "clearing": link("suggesting.earlier") if listed else ""}


def _procedure(one: SuggestedProcedure) -> dict[str, object]:
    name, colour = _department(one.department)
    return {
        "url": link("reading.procedure", procedure_id=one.id),
        "quiet": quiet(one.title),
        "text": loud(one.title),
        "department": name,
        "tone": colour,
        "keyword": one.keyword,
        "draft": one.draft,
    }


def _keyword(one: SuggestedKeyword) -> dict[str, object]:
    """A category leads to its topics, a keyword to its procedures."""
    if one.category:
        url = link("browsing.category", category=one.text)
    else:
        url = link("browsing.keyword", name=one.text)
    return {"url": url, "text": one.text, "count": one.count, "category": one.category}


def _department(department_id: str) -> tuple[str, int]:
    """Its name and colour; looked up once a request."""
    if "suggested_departments" not in g:
        g.suggested_departments = {}
    known: dict[str, tuple[str, int]] = g.suggested_departments
    if department_id not in known:
        known[department_id] = departments().get(department_id).name, tone(department_id)
    return known[department_id]
