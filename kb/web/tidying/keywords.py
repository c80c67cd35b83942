"""Keywords of a department that are used once or spelt two ways, to be renamed in all files."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.documents.text.plain_text import tidy
from kb.people.rights import Right
from kb.procedures.model import Procedure
from kb.publishing.outcomes import Refusal
from kb.search.similar.keyword_twins import spelt_alike
from kb.tidying.sql.keyword_uses import KeywordUse
from kb.web.publishing.save_messages import status_of
from kb.web.site import access
from kb.web.site.pages import Pages, now, page_number, parts
from kb.web.tidying.tidying import tell_done, tidying_page

blueprint = Blueprint(
    "keywords", __name__, url_prefix="/departments/<path:department_id>/tidying/keywords"
)
_LONGEST = 120
_MOST_OLD = 30
_ONCE_A_PAGE = 120
_MOST_GROUPS = 100


class SimilarKeywords(Struct, frozen=True):
    """Spellings that are probably one keyword, the one used most first."""

    uses: tuple[KeywordUse, ...]

    @property
    def best(self) -> str:
        """What the others could become."""
        return self.uses[0].keyword


@blueprint.get("")
def listing(department_id: str) -> ResponseReturnValue:
    """Those spelt two ways, and those used once."""
    access.member_of_or_404(department_id)
    uses = parts().tidying.keyword_uses.all(department_id)
    once = sorted((one for one in uses if one.own == one.total == 1), key=lambda u: u.keyword)
    pages = Pages(page_number(), _ONCE_A_PAGE, len(once))
    return tidying_page(
        "keywords",
        department_id,
        alike=_alike(uses)[:_MOST_GROUPS],
        once=once[pages.first_shown - 1 :][:_ONCE_A_PAGE],
        pages=pages,
    )


@blueprint.get("/renaming")
def renaming(department_id: str) -> ResponseReturnValue:
    """Every file that ?old= would be renamed in to ?new=."""
    access.member_of_or_404(department_id)
    old, new = request.args.getlist("old")[:_MOST_OLD], tidy(request.args.get("new", ""))[:_LONGEST]
    return _renaming_page(department_id, old, new)


@blueprint.post("/renamings")
def rename(department_id: str) -> ResponseReturnValue:
    """Rename it in the ticked files, in one commit."""
    access.member_of_or_404(department_id)
    old, new = request.form.getlist("old")[:_MOST_OLD], tidy(request.form.get("new", ""))
    ticked = [one.partition(".") for one in request.form.getlist("file")]
    chosen = [(id, version) for version, _, id in ticked if id]
    if not new or len(new) > _LONGEST:
        why = f"Write a keyword of up to {_LONGEST} characters."
        return _renaming_page(department_id, old, new, problem=why), 400
    if not chosen:
        why = "Tick the files that shall have it."
        return _renaming_page(department_id, old, new, unticked=why), 400
    files = _having(department_id, old)
    done = parts().tidying.rewording.rename(files, old, new, chosen, access.signed_in(), now())
    if isinstance(done, Refusal):
        return _renaming_page(department_id, old, new, unticked=done.why), status_of(done, 409)
    return tell_done(done, url_for(".listing", department_id=department_id))


def _renaming_page(
    department_id: str, old: list[str], new: str, *, problem: str = "", unticked: str = ""
) -> str:
    """Aborts with 404 where nothing is to be renamed.

    `problem` is said of the new keyword, `unticked` of the files.
    """
    if not old:
        abort(404)
    wanted = [word for word in old if word != new]
    files = _having(department_id, wanted) if new and not problem else []
    uses = parts().tidying.keyword_uses.all(department_id)
    return tidying_page(
        "renaming",
        department_id,
        old=old,
        wanted=wanted,
        new=new,
        files=parts().tidying.rewording.renamed(files, wanted, new),
        others=sum(use.others for use in uses if use.keyword in wanted),
        problem=problem,
        unticked=unticked,
    )


def _alike(uses: list[KeywordUse]) -> list[SimilarKeywords]:
    """The groups in which the department has a part."""
    by_word = {use.keyword: use for use in uses}
    groups = spelt_alike(list(by_word), parts().search.index.stems.of)
    found = [SimilarKeywords(tuple(by_word[word] for word in group)) for group in groups]
    return [group for group in found if any(use.own for use in group.uses)]


def _having(department_id: str, keywords: list[str]) -> list[Procedure]:
    """Those that the one who asks may change at once: other changes wait for a reviewer."""
    ids = parts().tidying.keyword_uses.having(department_id, keywords)
    cards = parts().catalogue.by_ids(ids)
    every = [cards[id].procedure for id in ids if id in cards]
    return [one for one in every if access.allowed(Right.WRITE, one)]
