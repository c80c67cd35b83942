"""Procedures that a device keeps for the time without network, and the site as a program on it.

What is kept, for how long and who may read it: docs/decisions/offline.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from kb.procedures.model import Procedure, Status
from kb.resources import STATIC, TEMPLATES
from kb.web.documents.rendered import Text
from kb.web.procedures import favourites, reading
from kb.web.site import access
from kb.web.site.access import readable_or_404
from kb.web.site.addresses import link
from kb.web.site.mount import rooted
from kb.web.site.pages import departments, now, parts
from kb.web.site.security import SESSION_LASTS

blueprint = Blueprint("offline", __name__)

MOST_OPENED = 50
MOST_ASKED = 100  # ids
# What the copies and the page without network are shown with.
_ASSETS = (
    "kb.css",
    "kb.js",
    "icon.svg",
    "procedures.css",
    "procedures.js",
    "procedures-asking.css",
    "procedures-asking.js",
    "procedures-offline.js",
)
_PAGES: dict[str, dict[str, str]] = {
    "away": {},
    "unsent": {"why": "unsent"},
    "signedOut": {"why": "signed-out"},
}
_ICONS = {
    "icon-192.png": ("192x192", "any"),
    "icon-512.png": ("512x512", "any"),
    "icon-maskable.png": ("512x512", "maskable"),
}


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    offered = state.app.extensions["kb"].settings.offline
    state.app.jinja_env.globals.update(offline=offered, may_be_kept=may_be_kept)


def may_be_kept(procedure: Procedure) -> bool:
    """May the device of whoever asks keep it? Only what is published, for who is signed in."""
    published = procedure.status is Status.PUBLISHED
    return parts().settings.offline and published and access.person() is not None


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a browser installs the site by."""
    icons = [
        {"src": _asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, (sizes, purpose) in _ICONS.items()
    ]
    answer = jsonify(
        name=parts().settings.name,
        short_name=parts().settings.name,
        id=rooted("/"),
        start_url=rooted("/"),
        scope=rooted("/"),
        display="standalone",
        background_color="#f6f5f2",
        theme_color="#0b6a62",
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


@blueprint.get("/worker.js")
def worker() -> Response:
    """The script that keeps copies; where they are switched off, one that ends what there is."""
    name = "procedures-worker.js" if parts().settings.offline else "procedures-worker-ending.js"
    source = (STATIC / name).read_text("utf-8")
    answer = make_response(f"const KB = {json.dumps(_told())};\n{source}")
    answer.mimetype = "text/javascript"
    return answer


@blueprint.get("/offline")
def page() -> str:
    """What is shown instead of a page while the network is away; a device keeps it."""
    return render_template("procedures/offline.html", why=request.args.get("why", ""))


@blueprint.get("/kept")
def kept() -> Response:
    """Of the procedures asked for, and the favourites, those that may be kept now."""
    person = access.signed_in()
    if not parts().settings.offline:
        abort(404)
    asked = tuple(dict.fromkeys(request.args.getlist("id")))[:MOST_ASKED]
    own = favourites.at_home()["favourites"]
    found = {one.id: one for one in (*_readable(asked), *own) if may_be_kept(one)}
    return jsonify(
        person=str(person.id),
        favourites=[one.id for one in own if one.id in found],
        kept=[_as_kept(one) for one in found.values()],
    )


@blueprint.get("/procedures/<path:procedure_id>/copy")
def copy(procedure_id: str) -> ResponseReturnValue:
    """The procedure as a device keeps it: its text, with nothing to send; no opening of it."""
    access.signed_in()
    card = readable_or_404(procedure_id)
    if not may_be_kept(card.procedure):
        abort(404)
    text: Text = reading.text_or_404(card)
    procedure = text.procedure
    return render_template(
        "procedures/copy.html",
        text=text,
        department=departments().get(procedure.department),
        names=parts().people.directory.names(reading.people_of(procedure)),
        at=now(),
    )


def _readable(ids: Iterable[str]) -> list[Procedure]:
    cards, reader = parts().catalogue.by_ids(set(ids)), access.reader()
    found = (cards[id].procedure for id in ids if id in cards)
    return [one for one in found if reader.may_read(one)]


def _as_kept(one: Procedure) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "words": " ".join(keyword.text for keyword in one.keywords),
        "version": one.version,
        "address": url_for("reading.procedure", procedure_id=one.id),
        "copy": url_for("offline.copy", procedure_id=one.id),
    }


def _told() -> dict[str, Any]:
    """What the worker has to know of the site."""
    static = [_asset(name) for name in _ASSETS]
    return {
        "root": rooted("/"),
        "release": _release(),
        "assets": [_bootstrap(), *static],
        "pages": {name: link("offline.page", **why) for name, why in _PAGES.items()},
        "kept": url_for("offline.kept"),
        "signOut": url_for("signing_in.sign_out"),
        "procedures": rooted("/procedures/"),
        "mostOpened": MOST_OPENED,
        "lasts": int(SESSION_LASTS.total_seconds() * 1000),
    }


def _asset(name: str) -> str:
    site: Any = current_app.jinja_env.globals  # where the functions of templates are
    address: str = site["asset"](name)
    return address


def _bootstrap() -> str:
    version = current_app.extensions["bootstrap"].bootstrap_version
    return link("bootstrap.static", filename="css/bootstrap.min.css", v=version)


@cache
def _release() -> str:
    """Another one whenever a page or what it is shown with changes."""
    pages = (TEMPLATES / "procedures", TEMPLATES / "_parts", STATIC)
    files = sorted(path for folder in pages for path in folder.iterdir() if path.is_file())
    digest = sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]
