"""What is audited: which views, as what, about whom. The views themselves know nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps

from flask import Flask, Response, current_app, make_response, request, session
from flask.typing import ResponseReturnValue, RouteCallable
from msgspec import Struct

from kb.people.audit import Actor, AuditEntry, AuditKind
from kb.people.person import Person
from kb.web.site import access
from kb.web.site.pages import now, parts

_SIGN_IN = "signing_in.sign_in"
_NOBODY = "an address that nobody here has"


class Audited(Struct, frozen=True):
    """A view that is audited as `kind`. `within` is the transaction that it goes along with, where
    what is done is one of the database. `about` are arguments of its address, `fields` of its form.
    """

    kind: AuditKind
    within: str = ""
    about: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


_YES = {"y": "yes"}  # a box that is ticked
_ROLES = ("administrator", "editor_of", "reviewer_of")
ACTS: Mapping[str, Audited] = {
    "signing_in.sign_out": Audited(AuditKind.SIGNED_OUT),
    "signing_in.change_password": Audited(AuditKind.PASSWORD_SET, "people"),
    "signing_in.end_other_sessions": Audited(AuditKind.SESSIONS_ENDED, "people"),
    "people.add": Audited(AuditKind.PERSON_ADDED, "people", fields=("email", "name", *_ROLES)),
    "people.roles": Audited(AuditKind.ROLES_SET, "people", ("person_id",), _ROLES),
    "people.password": Audited(AuditKind.PASSWORD_SET, "people", ("person_id",)),
    "people.entry": Audited(AuditKind.PERSON_DISABLED, "people", ("person_id",)),
    "settings.members": Audited(
        AuditKind.ROLES_SET, "people", ("department_id",), ("email", "editor", "reviewer")
    ),
    "settings.add": Audited(AuditKind.SETTINGS_CHANGED, fields=("id", "name")),
    "settings.change": Audited(AuditKind.SETTINGS_CHANGED, about=("department_id",)),
    "settings.removal": Audited(AuditKind.SETTINGS_CHANGED, about=("department_id",)),
    "from_folders.make": Audited(AuditKind.SETTINGS_CHANGED),
    "exporting.ask": Audited(AuditKind.EXPORTED, fields=("department", "form")),
    "exporting.file": Audited(AuditKind.EXPORTED, about=("export_id",)),
    "backups.download": Audited(AuditKind.EXPORTED, about=("name",)),
    "importing.write": Audited(AuditKind.IMPORTED, about=("number",)),
    "changing.erase": Audited(AuditKind.ERASED, about=("procedure_id",)),
    "must_reads.confirm": Audited(AuditKind.READ_CONFIRMED, "must reads", ("must_read_id",)),
}


def register(app: Flask) -> None:
    """Audit those views, and every table that is taken out. Behind all blueprints."""
    acts = dict(ACTS)
    for rule in app.url_map.iter_rules():
        if rule.rule.endswith(".csv"):
            acts[rule.endpoint] = Audited(AuditKind.EXPORTED, about=tuple(rule.arguments))
    for endpoint, act in acts.items():
        app.view_functions[endpoint] = _audited(app.view_functions[endpoint], act)
    app.view_functions[_SIGN_IN] = _audited_sign_in(app.view_functions[_SIGN_IN])


def _audited(view: RouteCallable, act: Audited) -> RouteCallable:
    @wraps(view)
    def audited(**args: object) -> ResponseReturnValue:
        entry, before = _entry(act, args), _refusals()
        with parts().people.audit.along(entry, act.within) as deed:
            answer = make_response(current_app.ensure_sync(view)(**args))
            if answer.status_code >= 400 or _refusals() > before:
                deed.nothing_done()
        return answer

    return audited


def _audited_sign_in(view: RouteCallable) -> RouteCallable:
    @wraps(view)
    def audited() -> ResponseReturnValue:
        answer = make_response(current_app.ensure_sync(view)())
        if request.method == "POST":
            _note_sign_in(answer)
        return answer

    return audited


def _note_sign_in(answer: Response) -> None:
    who, typed = access.person(), request.form.get("email", "")
    if who is not None:
        kind, actor = AuditKind.SIGNED_IN, _actor(who)
    elif answer.status_code in (403, 429):
        # What nobody has may be a password that was typed into the wrong field.
        known = parts().people.directory.by_email(typed)
        kind = AuditKind.SIGN_IN_REFUSED
        actor = _actor(known) if known else Actor(None, _NOBODY, _address())
    else:
        return
    parts().people.audit.note(AuditEntry(now(), kind, actor))


def _entry(act: Audited, args: Mapping[str, object]) -> AuditEntry:
    whom = _whom(args)
    about = whom.name if whom else ", ".join(str(args[name]) for name in act.about if name in args)
    details = {
        name: ", ".join(_YES.get(value, value) for value in request.form.getlist(name) if value)
        for name in act.fields
        if any(request.form.getlist(name))
    }
    kind = act.kind
    if kind is AuditKind.PERSON_DISABLED and request.form.get("allowed") == "yes":
        kind = AuditKind.PERSON_ENABLED
    actor = _actor(access.signed_in())
    return AuditEntry(now(), kind, actor, about, whom.id if whom else None, details)


def _whom(args: Mapping[str, object]) -> Person | None:
    """The person whom it is about, if it is about one."""
    number, email = args.get("person_id"), request.form.get("email", "")
    directory = parts().people.directory
    if isinstance(number, int):
        return directory.get(number)
    return directory.by_email(email) if email else None


def _actor(who: Person) -> Actor:
    return Actor(who.id, f"{who.name} <{who.email}>", _address())


def _address() -> str:
    return request.remote_addr or ""


def _refusals() -> int:
    """How many times this session is told that something was not done."""
    return sum(1 for category, _ in session.get("_flashes", []) if category == "bad")
