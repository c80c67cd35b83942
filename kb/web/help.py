"""How to use the site: what it does, and what can be typed into the search box."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def index() -> ResponseReturnValue:
    """The ways to work here, and the keys."""
    return render_template("help/index.html")


@blueprint.get("/help/search")
def search() -> ResponseReturnValue:
    """What the search understands."""
    return render_template("help/search.html")
