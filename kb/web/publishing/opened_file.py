"""What the pages for writing share: the file as it was opened, who writes, what may be written."""

from __future__ import annotations

import base64
import binascii
import zlib

from flask import abort, current_app, request
from itsdangerous import Signer

from kb.catalogue.listings import Card
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import Manuscript, opened
from kb.people.rights import Right, may
from kb.procedures.model import Department
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


def sealed(raw: bytes, procedure_id: str) -> str:
    """A procedure's file as the one who asks was shown it, as a hidden field of theirs.

    `procedure_id` is "" for one that is not there yet.
    """
    packed = base64.b64encode(zlib.compress(raw))
    seal = _signer().get_signature(_sealing(packed, procedure_id))
    return f"{packed.decode()}.{seal.decode()}"


def unsealed(text: str | None, procedure_id: str) -> bytes:
    """What was sealed for the one who asks. Aborts with 400 for anything else."""
    packed, _, seal = (text or "").encode("utf-8", "replace").rpartition(b".")
    if not _signer().verify_signature(_sealing(packed, procedure_id), seal):
        abort(400)
    try:
        return zlib.decompress(base64.b64decode(packed, validate=True))
    except (binascii.Error, ValueError, zlib.error):
        abort(400)


def writable() -> list[Department]:
    """The departments that the one who asks writes for, in the file's order."""
    who, known = access.signed_in(), departments()
    named = [each for each in known.by_id.values() if may(who, Right.WRITE, each.id)]
    others = [known.get(each) for each in sorted(who.departments) if each not in known]
    return named + others


def written(manuscript: Manuscript, texts: dict[str, str]) -> bytes | Refusal:
    """The file with these texts in its fields, or why it cannot have them."""
    return or_refusal(lambda: manuscript.written(texts))


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt="file")


def _sealing(packed: bytes, procedure_id: str) -> bytes:
    """A seal vouches for the bytes, the person and the procedure together."""
    return f"{access.signed_in().id} {procedure_id} ".encode() + packed


def anyway() -> bool:
    """Does the writer want it even though search tests fail by it?"""
    return request.form.get("anyway") == "yes"
