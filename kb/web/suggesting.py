"""What is offered below the search box while somebody types: JSON for static/suggesting.js."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from kb.search.suggesting import SuggestedKeyword, SuggestedProcedure
from kb.web import access
from kb.web.pages import departments, parts, tone
from kb.web.wording import loud, quiet

blueprint = Blueprint("suggesting", __name__)


@blueprint.get("/search/suggestions")
def suggestions() -> ResponseReturnValue:
    """Procedures and keywords for ?q=, an unfinished text."""
    found = parts().suggester.suggest(request.args.get("q", ""), access.reader())
    answer = jsonify(
        procedures=[_procedure(one) for one in found.procedures],
        keywords=[_keyword(one) for one in found.keywords],
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _procedure(one: SuggestedProcedure) -> dict[str, object]:
    name, colour = _department(one.department)
    return {
        "url": url_for("reading.procedure", procedure_id=one.id),
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
        url = url_for("browsing.category", category=one.text)
    else:
        url = url_for("browsing.keyword", name=one.text)
    shown = {"quiet": "", "text": one.text, "count": one.count, "category": one.category}
    return {"url": url, **shown}


def _department(department_id: str) -> tuple[str, int]:
    """Its name and colour; looked up once a request."""
    if "suggested_departments" not in g:
        g.suggested_departments = {}
    known: dict[str, tuple[str, int]] = g.suggested_departments
    if department_id not in known:
        known[department_id] = departments().get(department_id).name, tone(department_id)
    return known[department_id]
