"""The site and the command, over the parts that assembly builds. Nobody imports it."""

from __future__ import annotations

import gc
import os
from datetime import date
from functools import cache
from pathlib import Path

from flask import Flask

from kb import cli
from kb import settings as configuration
from kb.assembly.build import build
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.resources import TEMPLATES
from kb.web import (
    access,
    api,
    authoring,
    badges,
    browsing,
    bulk,
    bulk_changes,
    deciding,
    deliveries,
    department_settings,
    duplicates,
    errors,
    faults,
    fragments,
    help,
    history,
    inbox,
    insight,
    keyword_tidying,
    learned_words,
    must_reads,
    notice_choices,
    notices,
    overdue,
    pages,
    people,
    pinpointing,
    questions,
    reading,
    replacing,
    responding,
    restoring,
    reviews,
    searching,
    security,
    service,
    shared,
    signing_in,
    submissions,
    suggesting,
    synonyms,
    tidying,
    triage,
    unsubscribing,
)

_BLUEPRINTS = (
    searching,
    suggesting,
    reading,
    history,
    restoring,
    browsing,
    reviews,
    bulk_changes,
    department_settings,
    responding,
    pinpointing,
    questions,
    inbox,
    triage,
    overdue,
    bulk,
    shared,
    service,
    submissions,
    deciding,
    signing_in,
    people,
    faults,
    synonyms,
    insight,
    learned_words,
    help,
    tidying,
    duplicates,
    keyword_tidying,
    replacing,
    notices,
    notice_choices,
    must_reads,
    unsubscribing,
    deliveries,
    api,
    *authoring.PAGES,
)


def create_app(parts: Parts | None = None) -> Flask:
    """The site. Without `parts`, as gunicorn calls it, they are built from the environment."""
    for_gunicorn = parts is None
    if parts is None:
        parts = build(configuration.load(os.environ, Path.cwd()))
        # The first search loads the model: better now than while somebody waits.
        parts.searcher.search("first", Reader(), date.today())
        parts.engine.dispose()  # gunicorn forks: no two processes may have one connection
    app = Flask("kb", template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_environment = pages.Templates  # before anything asks for it: it is made only once
    app.extensions["kb"] = parts
    for module in (security, access, badges, pages, fragments, errors):
        module.register(app)
    for capability in _BLUEPRINTS:
        app.register_blueprint(capability.blueprint)
    if for_gunicorn:
        # All this stays: the collector need not look at it, nor write into memory that is shared.
        gc.collect()
        gc.freeze()
    return app


@cache
def _parts() -> Parts:
    return build(configuration.load(os.environ, Path.cwd()))


def main() -> None:
    """The `kb` command."""
    cli.kb(obj=_parts)
