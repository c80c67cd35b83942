"""Documents as rows to be drafted: each part one, with the places that links lead to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from kb.documents.foreign.blocks import Block, joined
from kb.documents.markdown.outline import Outline
from kb.documents.text.plain_text import anchor, tidy
from kb.importing.documents import ForeignPage
from kb.importing.mapping import FileMapping
from kb.importing.pages.shaping import shaped
from kb.importing.pages.splitting import SplitPart, split
from kb.importing.rows.as_markdown import TextBlocks
from kb.importing.rows.reading import LONGEST_TITLE, LeftOut, RowRead


class Origin(Struct, frozen=True):
    """Where a drafted procedure's text stood. `names` are its places, with their anchors."""

    page: str
    place: str
    names: Mapping[str, str]


def pages_read(
    pages: tuple[ForeignPage, ...], mapping: FileMapping
) -> Iterator[tuple[RowRead, Origin] | LeftOut]:
    """All parts of all documents that are taken, in their order."""
    for page in pages:
        how = mapping.page(page.name)
        decided = mapping.decided.get(f"{page.name}!0")
        if how is None or not (how.taken if decided is None else decided):
            why = page.why or "you left it out"
            yield LeftOut(page.name, 0, why, page.title, optional=True)
        else:
            yield from _parts(page, how.split, mapping)


def _parts(
    page: ForeignPage, level: int, mapping: FileMapping
) -> Iterator[tuple[RowRead, Origin] | LeftOut]:
    found = split(page, level)
    if found.lead:
        why = "it stands before the first procedure of the document"
        yield LeftOut(page.name, 0, why, found.lead)
    for nth, part in enumerate(found.parts, 1):
        title = tidy(part.title)[:LONGEST_TITLE]
        if mapping.decided.get(f"{page.name}!{nth}") is False:
            yield LeftOut(page.name, nth, "you left it out", title, optional=True)
        elif not joined(part.blocks).strip():
            yield LeftOut(page.name, nth, "there is no text below its title", title)
        else:
            yield _part(page, part, nth, whole=not level)


def _part(
    page: ForeignPage, part: SplitPart, number: int, *, whole: bool
) -> tuple[RowRead, Origin]:
    blocks = shaped(part.blocks)
    said = page.said
    title = tidy(part.title)[:LONGEST_TITLE] or page.title
    noticed = [*(page.noticed if whole else ()), *(said.noticed if whole else ())]
    if part.number:
        noticed.append(f"its heading was numbered {part.number}")
    row = RowRead(
        sheet=page.name,
        number=number,
        key="page" if whole else tidy(part.title).rstrip(" ?.!").casefold()[:120],
        title=title,
        text=TextBlocks(before=(joined(blocks),)),
        keywords=said.keywords,
        category=part.chapter or said.category,
        teams=said.teams,
        owner=said.owner,
        reviewed=said.reviewed,
        fields=said.fields,
        draft=said.draft or bool(page.why),
        noticed=tuple(dict.fromkeys(noticed)),
    )
    return row, Origin(page.name, page.place or page.name, _names(blocks, part, title))


def _names(blocks: tuple[Block, ...], part: SplitPart, title: str) -> dict[str, str]:
    """Each place that a link may name, with the anchor that it has here."""
    found: dict[str, str] = dict.fromkeys((*part.names, anchor(part.title)), "")
    anchors = {line: name for name, line in Outline(joined(blocks)).heading_lines(title).items()}
    line = 1
    for one in blocks:
        here = anchors.get(line, "")
        if one.heading and here:
            found |= dict.fromkeys((*one.names, anchor(one.title), here), here)
        else:
            found |= {name: name for name in one.names}
        line += one.markdown.count("\n") + 2
    return found
