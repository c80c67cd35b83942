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
from kb.search.query import Lookup
from kb.web import publishing
from kb.web.api import api
from kb.web.approval import deciding, submissions
from kb.web.backup import backups
from kb.web.catalogue import browsing
from kb.web.condition import metrics, status, watching
from kb.web.delivery import deliveries, preferences, unsubscribing
from kb.web.departments import from_folders, settings
from kb.web.exporting import exporting
from kb.web.feedback import (
    bulk_steps,
    inbox,
    overdue,
    pinpointing,
    questions,
    responding,
    service_figures,
    shared_searches,
    triage,
)
from kb.web.importing import importing
from kb.web.insight import learned_words, search_insight
from kb.web.must_reads import must_reads, standing
from kb.web.notices import bulletins, notices
from kb.web.people import audit_log, auditing, people, signing_in
from kb.web.procedures import favourites, offline, reading, uses
from kb.web.reviews import reviews
from kb.web.search import opening, searching, suggesting, synonyms, without_database
from kb.web.site import (
    access,
    addresses,
    badges,
    clock,
    compression,
    errors,
    fragments,
    help,
    pages,
    security,
)
from kb.web.tidying import faulty_files, keywords, replacing, tidying, twins
from kb.web.versions import history, lately, restoring

_BLUEPRINTS = (
    searching,
    opening,
    suggesting,
    reading,
    offline,
    favourites,
    uses,
    bulletins,
    history,
    lately,
    restoring,
    browsing,
    reviews,
    from_folders,
    settings,
    responding,
    pinpointing,
    questions,
    inbox,
    triage,
    overdue,
    bulk_steps,
    shared_searches,
    service_figures,
    submissions,
    deciding,
    signing_in,
    people,
    audit_log,
    faulty_files,
    synonyms,
    importing,
    exporting,
    search_insight,
    learned_words,
    help,
    tidying,
    twins,
    keywords,
    replacing,
    notices,
    preferences,
    must_reads,
    standing,
    unsubscribing,
    deliveries,
    backups,
    status,
    metrics,
    api,
    *publishing.PAGES,
)


def create_app(parts: Parts | None = None) -> Flask:
    """The site. Without `parts`, as gunicorn calls it, they are built from the environment."""
    for_gunicorn = parts is None
    if parts is None:
        parts = build(configuration.load(os.environ, Path.cwd()))
        # The first search loads the model: better now than while somebody waits.
        parts.search.searcher.find(Lookup("first", Reader(), date.today(), closely=False))
        parts.let_go()  # gunicorn forks: no two processes may have one connection
    app = Flask("kb", template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_environment = pages.Templates  # before anything asks for it: it is made only once
    app.url_rule_class = addresses.LateRule
    app.extensions["kb"] = parts
    for module in (security, access, badges, pages, clock, fragments, errors, compression):
        module.register(app)
    without_database.register(app)
    for sealed in (api, unsubscribing):  # the token, the signed link is the proof
        app.extensions["csrf"].exempt(sealed.blueprint)
    for capability in _BLUEPRINTS:
        app.register_blueprint(capability.blueprint)
    auditing.register(app)
    watching.register(app)
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
