"""Who asks, and what they may open: sign-in by default, one rule for pages and API alike."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, abort, g, request, session
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import Unauthorized

from kb.content.cards import Card
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.people.tokens import Tokens
from kb.procedures.model import Procedure
from kb.procedures.visibility import Reader
from kb.web.pages import generation, now, parts

# Open to everybody, signed in or not. Whatever stands in neither set asks for a sign-in.
ASSETS = frozenset({"static", "bootstrap.static"})
PUBLIC = ASSETS | {"signing_in.sign_in", "api.health"}
# Open to everybody where KB_OPEN_READING says so.
READING = frozenset(
    {
        "searching.home",
        "searching.results",
        "suggesting.suggestions",
        "reading.procedure",
        "reading.attachment",
        "browsing.departments",
        "browsing.department",
        "browsing.keywords",
        "browsing.category",
        "browsing.keyword",
        "browsing.titles",
        "help.index",
        "help.search",
    }
)


_RENEWED = "renewed"  # when the session was last made to last, seconds since 1970
_RENEW_AFTER = 600.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person as Flask-Login wants one."""

    person: Person
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What stands in the session: it ends as soon as the person's `sessions` moves on."""
        return f"{self.person.id}.{self.person.sessions}"


@dataclass(frozen=True, slots=True)
class Badges:
    """The numbers in the navigation: answers not yet read, items waiting in the inbox."""

    unread: int = 0
    open: int = 0


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


def editable_or_404(procedure_id: str) -> Card:
    """The procedure of this id, if it is of a department that the one who asks writes for."""
    card = readable_or_404(procedure_id)
    if not may(signed_in(), Right.WRITE, card.procedure.department):
        abort(404)
    return card


def erasable_or_404(procedure_id: str) -> Card:
    """The procedure of this id, if the one who asks may erase for good."""
    card = readable_or_404(procedure_id)
    if not may(signed_in(), Right.ERASE):
        abort(404)
    return card


def may_edit(procedure: Procedure) -> bool:
    """May the one who asks write this procedure?"""
    found = person()
    return found is not None and may(found, Right.WRITE, procedure.department)


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


def begin_session(who: Person) -> None:
    """Sign in; nothing of an earlier session lives on."""
    _forget()
    session.permanent = True
    session[_RENEWED] = now().timestamp()
    login_user(Visitor(who))
    generate_csrf()  # now, so that pages opened side by side do not each make another
    g.person = who


def end_session() -> None:
    """Sign out."""
    logout_user()
    _forget()
    g.person = None


def badges() -> Badges:
    """Counted once a request, and only where a page shows them: two statements at most."""
    if "badges" not in g:
        g.badges = _counted(person())
    found: Badges = g.badges
    return found


def _forget() -> None:
    """Nothing of a session, nor the CSRF token that Flask-WTF keeps beside it for the request."""
    session.clear()
    g.pop("csrf_token", None)


def _require_sign_in() -> None:
    """What a signed-out person gets instead is shown by `signing_in`, in the API by `api`."""
    open_reading = parts().settings.open_reading and request.endpoint in READING
    if request.endpoint is None or request.endpoint in PUBLIC or open_reading:
        return
    signed_in()


def _for_every_page() -> dict[str, object]:
    return {"person": person(), "badges": badges, "may_edit": may_edit}


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
    owner = Tokens(parts().engine).person_id_of(given.token, now())
    return _who_may_enter(owner) if owner is not None else None


def _visitor(session_id: str) -> Visitor | None:
    """The one whose session it is, asked of the directory anew with every request."""
    number, _, generation = session_id.partition(".")
    who = _who_may_enter(int(number)) if number.isdecimal() else None
    return Visitor(who) if who and generation == str(who.sessions) else None


def _who_may_enter(person_id: int) -> Person | None:
    who = parts().directory.get(person_id)
    return who if who and who.may_enter(demo_allowed=parts().settings.demo) else None


def _counted(who: Person | None) -> Badges:
    if who is None:
        return Badges()
    inbox = parts().inbox
    waiting = inbox.counts(who.departments, now()).open if who.departments else 0
    return Badges(unread=inbox.unread_answers(who.id), open=waiting)
