"""A text that came back, against the file as it is now. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from kb.documents.text.plain_text import tidy
from kb.importing.against_before import merged, unusable
from kb.importing.drafting import DraftedProcedure
from kb.importing.permits import Permit
from kb.importing.proposed import Fate, ProposedFile
from kb.importing.rows.as_markdown import TextBlocks
from kb.importing.rows.reading import RowRead
from kb.procedures.model import Procedure


def drafted(source: str, sheet: str, number: int, title: str, body: str) -> DraftedProcedure:
    """What came back, as the pages of an import show it."""
    text = TextBlocks((body.strip("\n"),))
    row = RowRead(sheet, number, source, tidy(title), text)
    return DraftedProcedure((source,), (row,))


def against_now(
    one: DraftedProcedure,
    procedure: Procedure,
    texts: tuple[bytes, bytes, bytes],
    permit: Permit,
    *,
    overruled: bool,
) -> ProposedFile:
    """`texts` are what was taken out (b"" where nobody knows), what came back, and what is now."""
    base, text, present = texts
    found = ProposedFile(one, Fate.UNCHANGED, procedure, base or text, text, present)
    if text in (base, present):
        return found
    if why := objection(procedure, permit) or unusable(text):
        return replace(found, fate=Fate.LEFT, why=why)
    return merged(found, base, overruled=overruled)


def objection(procedure: Procedure, permit: Permit) -> str:
    """Why they may not change it; "" where they may."""
    if not permit.reader.may_read(procedure):
        return "there is a draft of another department by that id"
    return permit.may(procedure)


def left(one: DraftedProcedure, procedure: Procedure, text: bytes, why: str) -> ProposedFile:
    """It does not come in."""
    return ProposedFile(one, Fate.LEFT, procedure, b"", text, why=why)
