"""Departments as administrators keep them: settings, members, history of departments.yml."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.departments.administration import READ, DepartmentRefused
from kb.documents.settings_files.departments_editing import NotThere, said_for_all, said_of
from kb.documents.settings_files.names import DEPARTMENTS_FILE
from kb.documents.source.lines import NotAmendable
from kb.people.rights import Role
from kb.procedures.model import UNASSIGNED, Department
from kb.publishing.outcomes import Refusal
from kb.storage.git.history import Commit
from kb.web.departments.forms import (
    DepartmentForm,
    MemberForm,
    NewDepartmentForm,
    RemovalForm,
)
from kb.web.people.naming import address_of, name_of
from kb.web.publishing.draft_changes import changes
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import departments, departments_source, now, parts

blueprint = Blueprint("settings", __name__, url_prefix="/departments")
_MOST_CHANGES = 50
_MOST_LINES = 60  # shown of one change


class Changed(Struct, frozen=True):
    """One commit of departments.yml, and its lines: (sign, text), the sign being +, - or " "."""

    commit: Commit
    lines: tuple[tuple[str, str], ...]


@blueprint.before_request
def _administrators_only() -> None:
    access.administrator_or_404()


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form of one more."""
    return _new_page(NewDepartmentForm(formdata=None))


@blueprint.post("")
def add() -> ResponseReturnValue:
    """One more, at the end of departments.yml."""
    form = NewDepartmentForm()
    if not form.validate():
        return _new_page(form), 400
    kept, id, me = parts().departments.kept, form.id.data or "", access.signed_in()
    try:
        made = kept.add(id, _addressed(form), me, now())
    except DepartmentRefused as refusal:
        form.say(refusal.faults)
        return _new_page(form), 400
    if isinstance(made, Refusal):
        flash(made.why, "bad")
        return _new_page(form), 503
    flash(f"{form.name.data} is added. Now give it members.", "ok")
    return redirect(url_for(".settings", department_id=made))


@blueprint.get("/<path:department_id>/settings")
def settings(department_id: str) -> ResponseReturnValue:
    """What departments.yml says of it, and its members."""
    department = _known_or_404(department_id)
    return _current_page(department)


@blueprint.post("/<path:department_id>/settings")
def change(department_id: str) -> ResponseReturnValue:
    """Write what differs from what was shown."""
    department, form = _known_or_404(department_id), DepartmentForm()
    before = {name: request.form.get(f"was-{name}", "") for name in READ}
    if not set(READ) <= set(request.form):
        abort(400)
    if not form.validate():
        return _settings_page(department, form, before), 400
    try:
        written = parts().departments.kept.change(
            department_id, before, _addressed(form), access.signed_in(), now()
        )
    except DepartmentRefused as refusal:
        return _refused_page(department, form, before, refusal), 400
    except LookupError:
        abort(404)
    if isinstance(written, Refusal):
        flash(written.why, "bad")
        return _settings_page(department, form, before), 503
    told = ", ".join(name.replace("_", " ") for name in written)
    flash(f"Saved: {told}." if written else "Nothing was changed.", "ok")
    return redirect(url_for(".settings", department_id=department_id))


@blueprint.post("/<path:department_id>/members")
def members(department_id: str) -> ResponseReturnValue:
    """What one person is there from now on; without a role they are no member."""
    department, form = _known_or_404(department_id), MemberForm()
    if not form.validate():
        abort(400)
    person = parts().people.directory.by_email(address_of(form.email.data or ""))
    if person is None:
        why = f"Nobody is {form.email.data or '(none)'}. Add them under People first."
        mark(form, "email", why)
        return _current_page(department, form), 400
    asked = {Role.EDITOR: form.editor.data, Role.REVIEWER: form.reviewer.data}
    roles = {role for role, held in asked.items() if held}
    parts().people.directory.set_member(person.id, department.id, roles)
    words = " and ".join(sorted(role.value for role in roles)) or "no member"
    flash(f"{person.name} is {words} of {department.name} now.", "ok")
    return redirect(url_for(".settings", department_id=department_id, _anchor="members"))


@blueprint.post("/<path:department_id>/removal")
def removal(department_id: str) -> ResponseReturnValue:
    """Out of departments.yml, when it owns nothing."""
    department, form = _known_or_404(department_id), RemovalForm()
    if not form.validate() or form.id.data != department_id:
        abort(400)
    try:
        done = parts().departments.kept.remove(department_id, access.signed_in(), now())
    except DepartmentRefused as refusal:
        done = Refusal(str(refusal))
    except LookupError:
        abort(404)
    if isinstance(done, Refusal):
        flash(done.why, "bad")
        return redirect(url_for(".settings", department_id=department_id))
    flash(f"{department.name} is removed.", "ok")
    return redirect(url_for("browsing.departments"))


@blueprint.get("/history")
def history() -> ResponseReturnValue:
    """Who changed departments.yml, when, and which lines."""
    try:
        found = list(parts().storage.history.of_file(DEPARTMENTS_FILE, _MOST_CHANGES))
    except OSError:
        abort(503)
    changes = [Changed(commit, tuple(_lines(old, new))) for commit, old, new in found]
    return render_template("departments/history.html", changes=changes, most=_MOST_CHANGES)


def _addressed(form: DepartmentForm) -> dict[str, str]:
    """What is wanted; the lead may be named."""
    wanted = form.wanted()
    return wanted | {"lead": address_of(wanted["lead"])}


def _known_or_404(department_id: str) -> Department:
    if department_id not in departments() or department_id == UNASSIGNED:
        abort(404)
    return departments().get(department_id)


def _said(department_id: str) -> dict[str, str]:
    """Its own entry; {} where the file is laid out so that it cannot be edited here."""
    try:
        return said_of(departments_source(), department_id)
    except (NotAmendable, NotThere):
        return {}


def _new_page(form: NewDepartmentForm) -> str:
    everyone = said_for_all(departments_source())
    return render_template("departments/new.html", form=form, for_all=everyone, keys=list(READ))


def _current_page(department: Department, member: MemberForm | None = None) -> str:
    """As departments.yml has it."""
    said = _said(department.id)
    form = DepartmentForm(formdata=None, data={name: said.get(name, "") for name in READ})
    form.lead.data = name_of(form.lead.data or "")
    return _settings_page(department, form, said, member)


def _settings_page(
    department: Department,
    form: DepartmentForm,
    was: dict[str, str],
    member: MemberForm | None = None,
) -> str:
    source = departments_source()
    return render_template(
        "departments/settings.html",
        department=department,
        form=form,
        was=was,
        keys=list(READ),
        for_all=said_for_all(source),
        trouble=_trouble(source, department.id),
        owned=parts().departments.kept.belongings(department.id, now()),
        member_form=member or MemberForm(formdata=None),
    )


def _trouble(source: bytes, department_id: str) -> str:
    """Why departments.yml cannot be edited here, where that is so."""
    try:
        said_of(source, department_id)
    except NotAmendable as error:
        return f"line {error.line}: {error.problem}; {error.remedy}"
    except NotThere:
        return "it is written in an unusual way"
    return ""


def _refused_page(
    department: Department, form: DepartmentForm, before: dict[str, str], refusal: DepartmentRefused
) -> str:
    """What was typed, against what the file says now: what others wrote stays theirs."""
    said = _said(department.id)
    for name in READ:
        if form[name].data == before.get(name, ""):
            form[name].data = said.get(name, "")
    form.say(refusal.faults)
    return _settings_page(department, form, said)


def _lines(old: bytes, new: bytes) -> Iterator[tuple[str, str]]:
    marks = {"same": " ", "gone": "-", "new": "+", "gap": " "}
    found = changes(old, new)
    for one in found[:_MOST_LINES]:
        yield marks[one.kind], "…" if one.kind == "gap" else one.text
    if len(found) > _MOST_LINES:
        yield " ", "…"
