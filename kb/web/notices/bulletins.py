"""Bulletins: the page on which they are put up and taken down, and where others show them."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.notices.bulletin import Bulletin, Draft, NotPutUp
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import Department
from kb.search.results import Results
from kb.search.words.analysis import cut
from kb.web.notices.forms import BulletinForm
from kb.web.site import access
from kb.web.site.clock import zone
from kb.web.site.fields import mark
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("bulletins", __name__, url_prefix="/bulletins")
_USUAL = timedelta(hours=4)
_HITS_ASKED = 3


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """All that are up; for who may, the form."""
    access.signed_in()
    return _page(BulletinForm(formdata=None))


@blueprint.post("")
def put_up() -> ResponseReturnValue:
    """A new one."""
    who = access.signed_in()
    form = BulletinForm().offer(_own(who))
    if not form.department.choices:
        abort(404)
    if not form.validate():
        return _page(form), 400
    try:
        parts().notices.bulletins.put_up(_draft(form), who.id, now())
    except NotPutUp as refusal:
        mark(form, refusal.about, str(refusal))
        return _page(form), 400
    flash("It is up, for everybody, and gone by itself when its time is over.", "ok")
    return redirect(url_for(".listing"))


@blueprint.post("/<int:number>/removal")
def take_down(number: int) -> ResponseReturnValue:
    """It holds no longer."""
    who, found = access.signed_in(), parts().notices.bulletins.get(number, now())
    if found is None or not _may(who, found.department):
        abort(404)
    parts().notices.bulletins.take_down(number, now())
    flash("Taken down.", "ok")
    return redirect(url_for(".listing"))


def at_home() -> dict[str, tuple[Bulletin, ...]]:
    """What search/home.html shows: all that hold now."""
    return {"bulletins": parts().notices.bulletins.up(now())}


def on_results(found: Results) -> dict[str, tuple[Bulletin, ...]]:
    """What search/results.html shows: those that this search meets."""
    held = parts().notices.bulletins.up(now())
    if not held:
        return {"bulletins": ()}
    said = [found.query]
    if found.convincing:
        for hit in found.hits[:_HITS_ASKED]:
            said += [hit.title, *hit.found.keywords]
    about = found.likely_department if found.convincing else None
    return {"bulletins": tuple(one for one in held if one.concerns(_stems, said, about))}


def _stems(text: str) -> tuple[str, ...]:
    stems = parts().search.index.stems
    return tuple(stems.of(word) for word in cut(text).words)


def _draft(form: BulletinForm) -> Draft:
    until = form.until.data.replace(tzinfo=zone())
    return Draft(form.department.data, form.text.data, form.concerned, until)


def _own(who: Person) -> list[Department]:
    """Those for which the person may put one up."""
    return [one for one in departments().by_id.values() if _may(who, one.id)]


def _may(who: Person, department: str) -> bool:
    return may(who, Right.TELL_ALL, department) or may(who, Right.TELL_ALL)


def _page(form: BulletinForm) -> str:
    who, held = access.signed_in(), parts().notices.bulletins.up(now())
    form.offer(_own(who))
    if form.until.data is None and not form.until.raw_data:
        form.until.data = (now() + _USUAL).astimezone(zone()).replace(minute=0)
    return render_template(
        "notices/bulletins.html",
        held=held,
        form=form,
        mine={one.id for one in held if _may(who, one.department)},
    )
