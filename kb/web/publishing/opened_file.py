"""What the pages for writing share: the file as it was opened, who writes, what may be written."""

from __future__ import annotations

import base64
import binascii
import zlib

from flask import abort, request

from kb.catalogue.listings import Card
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import Manuscript, opened
from kb.people.rights import Right, may
from kb.procedures.model import Department
from kb.publishing.edits import Author, author_of
from kb.publishing.outcomes import Refusal, or_refusal
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
    return author_of(access.signed_in())


def writable() -> list[Department]:
    """The departments that the one who asks writes for, in the file's order."""
    who, known = access.signed_in(), departments()
    named = [each for each in known.by_id.values() if may(who, Right.WRITE, each.id)]
    others = [known.get(each) for each in sorted(who.departments) if each not in known]
    return named + others


def written(manuscript: Manuscript, texts: dict[str, str]) -> bytes | Refusal:
    """The file with these texts in its fields, or why it cannot have them."""
    return or_refusal(lambda: manuscript.written(texts))


def anyway() -> bool:
    """Does the writer want it even though search tests fail by it?"""
    return request.form.get("anyway") == "yes"
