"""Backups, for administrators: which there are, how the one at work goes, a new one, a download."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kb.people.errors import SignInRefused, TooManyAttempts
from kb.web.backup.forms import DownloadForm
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("backups", __name__)


@blueprint.get("/backups")
def listing() -> ResponseReturnValue:
    """Those in the folder, the newest first."""
    access.administrator_or_404()
    return _page(DownloadForm(formdata=None))


@blueprint.post("/backups")
def make() -> ResponseReturnValue:
    """One more now: the background worker makes it."""
    access.administrator_or_404()
    if parts().backups.folder is None:
        abort(404)
    parts().backups.ask()
    flash("A backup begins within seconds. You can leave this page.", "ok")
    return redirect(url_for(".listing"))


@blueprint.post("/backups/<name>/download")
def download(name: str) -> ResponseReturnValue:
    """The file, for whoever types their password once more."""
    me = access.administrator_or_404()
    folder = parts().backups.folder
    kept = folder.named(name) if folder else None
    if kept is None:
        abort(404)
    form = DownloadForm()
    if form.validate() and _is_me(me.email, form):
        sent = send_file(kept.file, as_attachment=True, download_name=name)
        sent.headers["Cache-Control"] = "no-store"
        return sent
    return _page(form, name), 400


def _is_me(email: str, form: DownloadForm) -> bool:
    where = request.remote_addr or "unknown"
    demo = parts().settings.demo
    try:
        parts().people.directory.sign_in(email, form.password.data, where, now(), demo_allowed=demo)
    except TooManyAttempts as refusal:
        form.password.errors = [str(refusal)]
    except SignInRefused:
        form.password.errors = ["That is not your password."]
    return not form.password.errors


def _page(form: DownloadForm, chosen: str | None = None) -> str:
    backups = parts().backups
    return render_template(
        "backup/backups.html",
        folder=backups.folder,
        found=backups.kept(),
        journal=backups.journal.read(),
        at_work=backups.at_work(),
        trouble=backups.trouble(now()),
        hours=parts().settings.backup_hours,
        most=backups.most,
        form=form,
        blank=DownloadForm(formdata=None),
        chosen=chosen,
    )
