"""The way in and out, and one's own account."""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Unauthorized

from kb.people import demo
from kb.people.errors import SignInRefused, TooManyAttempts, WeakPassword
from kb.people.person import Person
from kb.people.sql.rows import Newcomer
from kb.web.people.forms import OwnPasswordForm, SignInForm
from kb.web.site import access, interrupted_forms
from kb.web.site.mount import rooted
from kb.web.site.pages import now, parts

blueprint = Blueprint("signing_in", __name__)
_SHORT = 50_000  # characters of a sealed form


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    """What was written meanwhile comes along, and may be the text of a whole procedure."""
    state.app.before_request_funcs.setdefault(None, []).insert(0, _allow_more)


def _allow_more() -> None:
    if request.method == "POST" and request.endpoint == "signing_in.sign_in":
        request.max_content_length = request.max_form_memory_size = interrupted_forms.SEALED


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The form, and what comes of it."""
    form = SignInForm()
    if request.method != "POST":
        form.next.data = request.args.get("next", "")
        return redirect(safe_next(form.next.data)) if access.person() else _page(form)
    try:
        who = _recognised(form.email.data, form.password.data or "")
    except TooManyAttempts as refusal:
        refused = _page(form, 429, str(refusal))
        refused.headers["Retry-After"] = str(refusal.wait)
        return refused
    except SignInRefused as refusal:
        return _page(form, 403, str(refusal))
    access.begin_session(who)
    written = interrupted_forms.opened(form.kept.data or "")
    return _kept_page(written) if written else redirect(safe_next(form.next.data))


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Out of this browser; other sessions of the same person go on."""
    access.end_session()
    answer = redirect(url_for("signing_in.sign_in"))
    # What the browser itself keeps. Copies of procedures are deleted by page and worker.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """Who I am here, my password, my sessions."""
    return _account_page(OwnPasswordForm())


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Change one's own password; sessions elsewhere end, this one goes on."""
    form = OwnPasswordForm()
    changed = _with_new_password(form) if form.validate() else None
    if changed is None:
        return _account_page(form), 400
    access.begin_session(changed)
    flash("Your password is changed. Sessions elsewhere have ended.", "ok")
    return redirect(url_for("signing_in.account"))


@blueprint.post("/account/sessions/ending")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    access.begin_session(parts().people.directory.end_sessions(access.signed_in().id))
    flash("Signed out everywhere else.", "ok")
    return redirect(url_for("signing_in.account"))


@blueprint.app_errorhandler(Unauthorized)
def ask_to_sign_in(_refusal: Unauthorized) -> ResponseReturnValue:
    """A page asked for is opened after the sign-in; what was written is not lost."""
    if request.method != "POST":
        return redirect(url_for("signing_in.sign_in", next=_here()))
    form = SignInForm(formdata=None)
    written = interrupted_forms.from_request()
    form.kept.data = written.sealed() if written else ""
    return _page(form, 401, "You were signed out meanwhile.")


@blueprint.app_errorhandler(CSRFError)
def ask_again(_refusal: CSRFError) -> ResponseReturnValue:
    """The page is older than the session: show what was written, to be sent by hand."""
    if request.endpoint == "signing_in.sign_in":
        return _page(SignInForm(), 400, "This page was open for long; sign in once more.")
    written = interrupted_forms.from_request()
    return _kept_page(written or interrupted_forms.InterruptedForm("", ())), 400


def safe_next(target: str | None) -> str:
    """The path to go on to if it is one of this site's, else the home page."""
    # Browsers read "/\\host" as "//host", and drop tabs and line ends before they look.
    local = target and target.startswith("/") and not target.startswith("//")
    if not local or not target or "\\" in target or not target.isprintable():
        return url_for("searching.home")
    return target


def _recognised(email: str, password: str) -> Person:
    return parts().people.directory.sign_in(
        email,
        password,
        request.remote_addr or "unknown",
        now(),
        demo_allowed=parts().settings.demo,
    )


def _with_new_password(form: OwnPasswordForm) -> Person | None:
    """Who asks, with the new password set; None when refused, and the form says why."""
    me = access.signed_in()
    try:
        _recognised(me.email, form.current.data)
        return parts().people.directory.set_password(me.id, form.new.data, now(), me)
    except WeakPassword as refusal:
        form.new.errors = [str(refusal)]
    except TooManyAttempts as refusal:
        form.current.errors = [str(refusal)]
    except SignInRefused:
        form.current.errors = ["That is not your current password."]
    return None


def _page(form: SignInForm, status: int = 200, refusal: str = "") -> Response:
    page = render_template(
        "people/signing_in/sign_in.html",
        form=form,
        refusal=refusal,
        written=interrupted_forms.opened(form.kept.data or ""),
        demo_sign_ins=_demo_sign_ins(form),
        demo_password=demo.PASSWORD,
    )
    return make_response(page, status)


def _demo_sign_ins(form: SignInForm) -> Sequence[Newcomer]:
    """Each has what was written with it, so a long text leaves the form alone."""
    short = len(form.kept.data or "") <= _SHORT
    return demo.everybody() if parts().settings.demo and short else ()


def _kept_page(written: interrupted_forms.InterruptedForm) -> str:
    return render_template(
        "people/signing_in/kept.html",
        given=written,
    )


def _account_page(form: OwnPasswordForm) -> str:
    return render_template("people/signing_in/account.html", form=form)


def _here() -> str:
    return rooted(request.full_path if request.query_string else request.path)
