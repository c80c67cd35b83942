"""Who asks, and what they may open: sign-in by default, one rule for pages and API alike."""

from __future__ import annotations

from flask import Flask, abort, g, request, session
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from msgspec import Struct
from werkzeug.exceptions import Unauthorized

from kb.catalogue.listings import Card
from kb.feedback.routing import Answering
from kb.people.person import Person
from kb.people.rights import Case, Right, allows, may
from kb.procedures.model import UNASSIGNED, Department, Procedure
from kb.procedures.visibility import Reader
from kb.web.site.pages import departments, generation, now, parts

# Open to everybody, signed in or not. Whatever stands in neither set asks for a sign-in.
ASSETS = frozenset({"static", "bootstrap.static"})
PUBLIC = ASSETS | {
    "signing_in.sign_in",
    "api.health",
    "api.readiness",
    "metrics.told",  # by a token of its own
    # Asked for by the browser itself.
    "opening.description",
    "offline.manifest",
    "offline.worker",
    "offline.page",
    "unsubscribing.ask",  # by a signed link
    "unsubscribing.stop",
}
# Open to everybody where KB_OPEN_READING says so.
READING = frozenset(
    {
        "searching.home",
        "searching.results",
        "opening.by_words",
        "suggesting.suggestions",
        "reading.procedure",
        "reading.preview",
        "reading.attachment",
        "browsing.departments",
        "browsing.department",
        "browsing.department_procedures",
        "browsing.keywords",
        "browsing.category",
        "browsing.keyword",
        "browsing.titles",
        "help.index",
        "help.search",
        "help.rules",
        "lately.listing",
    }
)


_RENEWED = "renewed"  # when the session was last made to last, seconds since 1970
_RENEW_AFTER = 600.0
_LATELY = 3600.0  # seconds; a session is renewed more often than that where it is used


class Visitor(Struct, frozen=True):
    """A signed-in person as Flask-Login wants one."""

    person: Person
    secret: str  # of the session
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What stands in the cookie. It holds until the person's `sessions` moves on, or this
        session is ended.
        """
        return f"{self.person.id}.{self.person.sessions}.{self.secret}"


def register(app: Flask) -> None:
    """Ask who it is before anything else happens to a request."""
    manager = LoginManager(app)
    manager.user_loader(_visitor)
    # Before the CSRF check, which a request without a session could only fail: its text is kept.
    app.before_request_funcs.setdefault(None, []).insert(0, _require_sign_in)
    app.context_processor(_for_every_page)


def person() -> Person | None:
    """Who asks: by session on a page, by token in the API. None when signed out."""
    if "person" not in g:
        g.person = _by_token() if request.blueprint == "api" else _by_session()
    found: Person | None = g.person
    return found


def signed_in() -> Person:
    """Who asks, where nobody comes without signing in."""
    found = person()
    if found is None:
        raise Unauthorized
    return found


def reader() -> Reader:
    """What the one who asks may see."""
    found = person()
    return found.reader() if found else Reader()


def readable_or_404(procedure_id: str) -> Card:
    """The procedure of this id; unknown and not-yours look alike."""
    card = parts().catalogue.remembered(procedure_id, generation())
    if card is None or not reader().may_read(card.procedure):
        abort(404)
    return card


def allowed(right: Right, procedure: Procedure) -> bool:
    """Has the one who asks this right on that procedure as it stands?"""
    found = person()
    department = departments().get(procedure.department)
    case = Case(department, procedure.status, parts().settings.four_eyes)
    return found is not None and allows(found, right, case)


def allowed_or_404(right: Right, procedure_id: str) -> Card:
    """The procedure of this id, if the one who asks has this right on it as it stands."""
    card = readable_or_404(procedure_id)
    signed_in()
    if not allowed(right, card.procedure):
        abort(404)
    return card


def editable_or_404(procedure_id: str) -> Card:
    """The procedure of this id, if the one who asks may write it, or propose a change to it."""
    card = readable_or_404(procedure_id)
    signed_in()
    if not may_edit(card.procedure):
        abort(404)
    return card


def may_edit(procedure: Procedure) -> bool:
    """May the one who asks write this procedure, or propose a change to it?"""
    return allowed(Right.WRITE, procedure) or allowed(Right.PROPOSE, procedure)


def _can(right: str, procedure: Procedure) -> bool:
    return allowed(Right(right), procedure)


def administrator_or_404() -> Person:
    """Who asks, if they keep the people."""
    found = signed_in()
    if not may(found, Right.KEEP_PEOPLE):
        abort(404)
    return found


def department_member_or_404() -> Person:
    """Who asks, if any department's drafts and inbox are theirs."""
    found = signed_in()
    if not found.departments:
        abort(404)
    return found


def writer_or_404() -> Person:
    """Who asks, if they write for any department."""
    found = signed_in()
    if not found.writes_for:
        abort(404)
    return found


def answering() -> Answering:
    """Who asks, with the departments whose inbox is theirs; asked of the database once a request.

    Aborts with 404 where there is none.
    """
    found = own_inboxes()
    if not found.departments:
        abort(404)
    return found


def is_member(department_id: str) -> bool:
    """Are this department's drafts and inbox those of the one who asks?"""
    found = person()
    known = department_id in departments() or department_id == UNASSIGNED
    return found is not None and known and department_id in found.departments


def member_of_or_404(department_id: str) -> Department:
    """The department, if the one who asks is of it; unknown and not-yours look alike."""
    if not is_member(department_id):
        abort(404)
    return departments().get(department_id)


def was_let_in_lately() -> bool:
    """May they read what is published, although the database cannot be asked who they are?

    The session says when it last told; it is signed. Whoever was turned out since is not let in.
    """
    if parts().settings.open_reading:
        return True
    told = session.get(_RENEWED, 0.0) if "_user_id" in session else 0.0
    fresh = 0 <= now().timestamp() - told <= _LATELY
    return fresh and not parts().people.endings.one_since(told)


def begin_session(who: Person) -> None:
    """Sign in; nothing of an earlier session lives on."""
    _end_on_the_server()
    _forget()
    session.permanent = True
    session[_RENEWED] = now().timestamp()
    login_user(Visitor(who, parts().people.sessions.begin(who.id, now())))
    generate_csrf()  # now, so that pages opened side by side do not each make another
    g.person = who


def end_session() -> None:
    """Sign out: whoever has a copy of the cookie is out, too."""
    _end_on_the_server()
    logout_user()
    _forget()
    g.person = None


def _end_on_the_server() -> None:
    if current_user.is_authenticated:
        parts().people.sessions.end(current_user.secret)


def _forget() -> None:
    """Nothing of a session, nor the CSRF token that Flask-WTF keeps beside it for the request."""
    session.clear()
    for name in ("csrf_token", "masked_token", "answering", "badges"):
        g.pop(name, None)


def _require_sign_in() -> None:
    """What a signed-out person gets instead is shown by `signing_in`, in the API by `api`."""
    open_reading = parts().settings.open_reading and request.endpoint in READING
    if request.endpoint is None or request.endpoint in PUBLIC or open_reading:
        return
    signed_in()


def _for_every_page() -> dict[str, object]:
    return {"person": person(), "may_edit": may_edit, "can": _can}


def _by_session() -> Person | None:
    if not current_user.is_authenticated:
        return None
    if now().timestamp() - session.get(_RENEWED, 0) > _RENEW_AFTER:
        session[_RENEWED] = now().timestamp()
    found: Person = current_user.person
    return found


def _by_token() -> Person | None:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        return None
    owner = parts().people.tokens.person_id_of(given.token, now())
    return _who_may_enter(owner) if owner is not None else None


def _visitor(session_id: str) -> Visitor | None:
    """The one whose session it is, asked of the database anew with every request."""
    number, _, rest = session_id.partition(".")
    generation, _, secret = rest.partition(".")
    if not (number.isascii() and number.isdecimal()):
        return None
    who = _let_in(parts().people.sessions.person_of(int(number), secret, now()))
    return Visitor(who, secret) if who and generation == str(who.sessions) else None


def _who_may_enter(person_id: int) -> Person | None:
    return _let_in(parts().people.directory.get(person_id))


def _let_in(who: Person | None) -> Person | None:
    allowed_in = who and who.may_enter(demo_allowed=parts().settings.demo)
    return who.leading(departments()) if who and allowed_in else None


def own_inboxes() -> Answering:
    """The signed-in one with the departments whose inbox is theirs, asked once a request."""
    if "answering" not in g:
        g.answering = parts().feedback.routing.answering(signed_in(), departments())
    found: Answering = g.answering
    return found
