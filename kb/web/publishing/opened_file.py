"""What the pages for writing share: the file as it was opened, who writes, what may be written."""

from __future__ import annotations

import base64
import binascii
import zlib

from flask import abort, request

from kb.catalogue.listings import Card
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import Manuscript, opened
from kb.people.editing_rules import Forbidden, Way, way_to_save
from kb.people.rights import Right, may
from kb.procedures.model import Department, Procedure
from kb.publishing.edits import Author
from kb.publishing.search_tests import BrokenFind, Change
from kb.web.site import access
from kb.web.site.pages import departments, parts

LARGEST = 2_000_000  # bytes of a file that can be written in the browser


def manuscript_of(card: Card) -> Manuscript:
    """The procedure's file as it is now, as a form. Aborts where it cannot be had."""
    path = card.procedure.path
    try:
        raw = parts().storage.library.read(path)
    except FileNotFoundError:
        abort(404)
    except OSError:
        abort(503)
    return manuscript_from(raw, path)


def manuscript_from(raw: bytes, path: str) -> Manuscript:
    """These bytes as a form. Aborts with 413 for too many, 415 for a file that is no UTF-8."""
    if len(raw) > LARGEST:
        abort(413)
    try:
        return opened(raw, path, departments())
    except NotAmendable:
        abort(415)


def sealed(raw: bytes) -> str:
    """Bytes as a hidden field."""
    return base64.b64encode(zlib.compress(raw)).decode()


def unsealed(text: str | None) -> bytes:
    """What was sealed. Aborts with 400 for anything else."""
    try:
        opener = zlib.decompressobj()
        raw = opener.decompress(base64.b64decode(text or "", validate=True), LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error):
        abort(400)
    if len(raw) > LARGEST or not opener.eof:
        abort(400)
    return raw


def author() -> Author:
    """Who asks, as the history names them."""
    who = access.signed_in()
    return Author(who.name, who.email)


def writable() -> list[Department]:
    """The departments that the one who asks writes for, in the file's order."""
    who, known = access.signed_in(), departments()
    named = [each for each in known.by_id.values() if may(who, Right.WRITE, each.id)]
    others = [known.get(each) for each in sorted(who.departments) if each not in known]
    return named + others


def refusal(card: Card | None, text: bytes, path: str) -> str | None:
    """Why this text may not become that procedure's, in a sentence; None where it may."""
    now = opened(text, path, departments()).filed
    try:
        way(card, now.procedure)
    except Forbidden as reason:
        return str(reason)
    if card is not None and now.named and now.procedure.id != card.procedure.id:
        return f"The id stays {card.procedure.id}: it never changes."
    if not now.procedure.title.strip() or any(f.code == "missing-title" for f in now.faults):
        return "Give it a title."
    return None


def way(card: Card | None, after: Procedure) -> Way:
    """Whether the text goes into the file at once, or waits for a reviewer. Raises Forbidden."""
    before = card.procedure if card else None
    four_eyes = parts().settings.four_eyes
    return way_to_save(access.signed_in(), before, after, departments(), four_eyes=four_eyes)


def way_of(card: Card | None, text: bytes, path: str) -> Way:
    """`way` of a text."""
    return way(card, opened(text, path, departments()).filed.procedure)


def breaks(path: str, text: bytes) -> tuple[BrokenFind, ...]:
    """The search tests that would fail by saving this; none where the writer wants it anyway."""
    if request.form.get("anyway") == "yes":
        return ()
    broken = parts().publishing.publisher.broken_finds(Change(files={path: text}), access.reader())
    return broken if any(not one.already for one in broken) else ()
