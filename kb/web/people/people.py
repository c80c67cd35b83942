"""Who may enter and what they may do: for administrators; to everybody else it is not there."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.people.errors import (
    AlreadyThere,
    LastAdministrator,
    UnusableEmail,
    UnusableName,
    WeakPassword,
)
from kb.people.passwords import generated
from kb.people.person import Person, folded_email
from kb.people.sql.rows import Newcomer
from kb.procedures.counting import counted
from kb.procedures.model import Department
from kb.web.people.forms import EntryForm, NewPersonForm, PasswordForm, RolesForm
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import Pages, departments, now, page_number, parts

blueprint = Blueprint("people", __name__, url_prefix="/people")
PER_PAGE = 25


@blueprint.app_template_filter("roles")
def roles_in_words(who: Person | Newcomer) -> str:
    """ "administrator; editor, reviewer and lead of Shipping; editor of Billing", or "rep"."""
    held = {
        "editor": who.editor_of,
        "reviewer": who.reviewer_of,
        "lead": departments().led_by(folded_email(who.email)),
    }

    def editors_first(department: str) -> tuple[list[bool], str]:
        return [department not in of for of in held.values()], department

    alike: dict[str, list[str]] = {}
    for department in sorted(frozenset().union(*held.values()), key=editors_first):
        *before, last = (role for role, of in held.items() if department in of)
        roles = f"{', '.join(before)} and {last}" if before else last
        alike.setdefault(roles, []).append(departments().get(department).name)
    said = ["administrator"] if who.administrator else []
    said += (f"{roles} of {', '.join(names)}" for roles, names in alike.items())
    return "; ".join(said) or "rep"


@blueprint.before_request
def _administrators_only() -> None:
    access.administrator_or_404()


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Everybody by name; ?q= is looked for in names and addresses."""
    text = request.args.get("q", "").strip()
    found = parts().people.directory.everyone(page_number(), PER_PAGE, text)
    return render_template(
        "people/listing.html",
        people=found.people,
        pages=Pages(page_number(), PER_PAGE, found.total),
        text=text,
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form to add somebody."""
    return _new_page(NewPersonForm().offer(_departments()))


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Add somebody; a password that was made for them is shown this once."""
    form = NewPersonForm().offer(_departments())
    password = form.password.data or generated()
    added = _added(form, password) if form.validate() else None
    if added is None:
        return _new_page(form), 400
    flash(f"{added.name} is added.", "ok")
    return _person_page(added, shown_once="" if form.password.data else password), 201


@blueprint.get("/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """One person: roles, password, whether they may enter."""
    return _person_page(_found_or_404(person_id))


@blueprint.post("/<int:person_id>/roles")
def roles(person_id: int) -> ResponseReturnValue:
    """These roles from now on, in their open pages too."""
    who = _found_or_404(person_id)
    form = RolesForm().offer(_departments(who))
    if not form.validate():
        return _person_page(who, form), 400
    try:
        parts().people.directory.set_roles(
            who.id,
            administrator=form.administrator.data,
            editor_of=form.editor_of.data or (),
            reviewer_of=form.reviewer_of.data or (),
        )
    except LastAdministrator as refusal:
        mark(form, "administrator", str(refusal))
        return _person_page(who, form), 409
    except UnusableName as refusal:
        mark(form, "editor_of", str(refusal))
        return _person_page(who, form), 409
    return _done(who, f"{who.name} has these roles now.")


@blueprint.post("/<int:person_id>/password")
def password(person_id: int) -> ResponseReturnValue:
    """A new password; all their sessions end."""
    who, form = _found_or_404(person_id), PasswordForm()
    if not form.validate():
        abort(400)
    chosen = form.password.data or generated()
    try:
        me = access.signed_in()
        changed = parts().people.directory.set_password(who.id, chosen, now(), me)
    except WeakPassword as refusal:
        mark(form, "password", str(refusal))
        return _person_page(who, password=form), 409
    if who.id == access.signed_in().id:
        access.begin_session(changed)
    flash(f"{who.name} has a new password; their sessions have ended.", "ok")
    return _person_page(changed, shown_once="" if form.password.data else chosen)


@blueprint.post("/<int:person_id>/entry")
def entry(person_id: int) -> ResponseReturnValue:
    """Keep somebody out at once, or let them in again."""
    who, form = _found_or_404(person_id), EntryForm()
    if not form.validate():
        abort(400)
    if form.allowed.data == "yes":
        parts().people.directory.enable(who.id)
        return _done(who, f"{who.name} may enter again.")
    try:
        left = parts().reviews.leaving.disable(who, now())
    except LastAdministrator as refusal:
        mark(form, "allowed", str(refusal))
        return _person_page(who, entry=form), 409
    many = counted(left.procedures, "procedure")
    told = f" They leave {many} to be handed over." if left.procedures else ""
    return _done(who, f"{who.name} is out.{told}")


def _found_or_404(person_id: int) -> Person:
    found = parts().people.directory.get(person_id)
    if found is None:
        abort(404)
    return found


def _departments(who: Person | None = None) -> list[Department]:
    """Those of departments.yml, and any other of which the person is a member."""
    held = who.editor_of | who.reviewer_of if who else frozenset()
    known = departments()
    return [*known.by_id.values(), *(known.get(id) for id in sorted(held - set(known.by_id)))]


def _added(form: NewPersonForm, password: str) -> Person | None:
    """The new person; None when refused, and the form says why."""
    try:
        return parts().people.directory.add(
            form.email.data,
            form.name.data,
            password,
            administrator=form.administrator.data,
            editor_of=form.editor_of.data or (),
            reviewer_of=form.reviewer_of.data or (),
            now=now(),
        )
    except (AlreadyThere, UnusableEmail) as refusal:
        form.email.errors = [str(refusal)]
    except UnusableName as refusal:
        form.name.errors = [str(refusal)]
    except WeakPassword as refusal:
        form.password.errors = [str(refusal)]
    return None


def _new_page(form: NewPersonForm) -> str:
    return render_template("people/new.html", form=form)


def _person_page(
    who: Person,
    form: RolesForm | None = None,
    shown_once: str = "",
    password: PasswordForm | None = None,
    entry: EntryForm | None = None,
) -> str:
    held = {
        "administrator": who.administrator,
        "editor_of": sorted(who.editor_of),
        "reviewer_of": sorted(who.reviewer_of),
    }
    return render_template(
        "people/person.html",
        who=who,
        roles=form or RolesForm(formdata=None, data=held).offer(_departments(who)),
        password=password or PasswordForm(formdata=None),
        entry=entry or EntryForm(formdata=None),
        shown_once=shown_once,
        held=parts().reviews.listed.held_by(who.email),
    )


def _done(who: Person, what: str) -> ResponseReturnValue:
    flash(what, "ok")
    return redirect(url_for(".person", person_id=who.id))
