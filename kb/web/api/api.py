"""The API for programs: JSON, asked with a person's token, seeing what that person may see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from flask import Blueprint, Response, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized

from kb.condition.checks import concerns
from kb.condition.concern import Concern
from kb.documents.document import parse
from kb.procedures.model import Procedure
from kb.web.site import access
from kb.web.site.pages import parts, today

blueprint = Blueprint("api", __name__)
MOST_HITS = 50
_HITS = 10


@blueprint.get("/api/v1/search")
def search() -> ResponseReturnValue:
    """What the token's person may find for ?q=, best first."""
    text, limit = request.args.get("q"), _limit(request.args.get("limit"))
    if text is None:
        return _refused("q is missing; write ?q= and what you look for.")
    if limit is None:
        return _refused(f"limit must be a whole number from 1 to {MOST_HITS}.")
    department = request.args.get("department") or None
    found = parts().search.searcher.search(
        text, access.reader(), today(), department=department, limit=limit
    )
    g.searched = "api", found
    return jsonify(found.as_json(request.script_root))


@blueprint.get("/api/v1/procedures/<path:procedure_id>")
def procedure(procedure_id: str) -> ResponseReturnValue:
    """One procedure with its text as Markdown."""
    found = access.readable_or_404(procedure_id).procedure
    try:
        body = parse(parts().storage.library.read(found.path), found.path).body
    except FileNotFoundError:
        return jsonify(error="The file of this procedure went away a moment ago."), 404
    return jsonify(_as_json(found) | {"body": body})


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """For whoever watches the site: 503 where no page can be made, else 200.

    Names the parts that are not as they should be, and nothing else.
    """
    found = concerns(parts())
    if any(one.stops for one in found):
        return jsonify(status="down", concerns=_parts_of(found)), 503
    return jsonify(status="degraded", concerns=_parts_of(found)) if found else jsonify(status="ok")


@blueprint.get("/readyz")
def readiness() -> ResponseReturnValue:
    """For whoever spreads requests over servers: 503 where this one had better get none.

    Names the parts that are missing, and those that only want looking after.
    """
    found = concerns(parts())
    missing = _parts_of(one for one in found if one.keeps_from_serving)
    warnings = _parts_of(one for one in found if not one.keeps_from_serving)
    told = {"missing": missing} if missing else {}
    told |= {"warnings": warnings} if warnings else {}
    return jsonify(status="not ready" if missing else "ready", **told), 503 if missing else 200


def _parts_of(found: Iterable[Concern]) -> list[str]:
    return list(dict.fromkeys(one.part for one in found))


@blueprint.errorhandler(Unauthorized)
def unauthorised(_refusal: Unauthorized) -> ResponseReturnValue:
    """No token, or one that is not valid any more."""
    answer: Response = jsonify(error="Send a valid token as 'Authorization: Bearer kb_...'.")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="kb"'
    return answer, 401


def _limit(asked: str | None) -> int | None:
    if asked is None:
        return _HITS
    number = int(asked) if re.fullmatch(r"[0-9]{1,3}", asked) else 0
    return number if 1 <= number <= MOST_HITS else None


def _refused(why: str) -> ResponseReturnValue:
    return jsonify(error=why), 400


def _as_json(found: Procedure) -> dict[str, object]:
    return {
        "id": found.id,
        "title": found.title,
        "department": found.department,
        "owner": found.owner,
        "deputy": found.deputy,
        "status": found.status.value,
        "keywords": [keyword.text for keyword in found.keywords],
        "reviewed": _day(found.reviewed),
        "changed_since_review": found.changed_since,
        "due": _day(found.due),
        "overdue": found.overdue(today()),
        "version": found.version,
        "url": url_for("reading.procedure", procedure_id=found.id),
    }


def _day(when: date | None) -> str | None:
    return when.isoformat() if when else None
