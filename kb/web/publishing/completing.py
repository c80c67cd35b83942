"""What may be meant by the first letters of a keyword or a procedure; asked by our script."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from kb.web.site import access
from kb.web.site.pages import departments, parts, today

blueprint = Blueprint("completing", __name__, url_prefix="/writing")
_MOST = 8
_LONGEST = 200


@blueprint.before_request
def _members_only() -> None:
    access.department_member_or_404()


@blueprint.get("/keywords")
def keywords() -> ResponseReturnValue:
    """Keywords with ?q= in them; or the topics of a ?category=; or else the categories."""
    reader, catalogue = access.reader(), parts().catalogue
    text = request.args.get("q", "").strip()[:_LONGEST]
    category = request.args.get("category", "").strip()[:_LONGEST]
    if text:
        found = catalogue.matching_keywords(text, reader, _MOST)
        return jsonify(keywords=[{"text": one.keyword, "count": one.count} for one in found])
    if category:
        found = catalogue.keywords(reader, category)
        return jsonify(keywords=[{"text": one.keyword, "count": one.count} for one in found])
    groups = catalogue.categories(reader)
    return jsonify(categories=[{"text": one.name, "count": one.count} for one in groups])


@blueprint.get("/procedures")
def procedures() -> ResponseReturnValue:
    """Procedures for ?q=, as the one who asks may find them; addresses as seen ?from= a file."""
    text = request.args.get("q", "").strip()[:_LONGEST]
    here = posixpath.dirname(request.args.get("from", "")) or "."
    if not text:
        return jsonify(procedures=[])
    found = parts().search.searcher.search(text, access.reader(), today(), limit=_MOST, prefix=True)
    return jsonify(
        procedures=[
            {
                "id": hit.id,
                "title": hit.title,
                "department": departments().get(hit.department).name,
                "address": quote(posixpath.relpath(hit.found.path, here), safe="/"),
            }
            for hit in found.hits
        ]
    )
