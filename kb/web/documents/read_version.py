"""The version that stood on somebody's page: a seal vouches for it when they come back to it."""

from __future__ import annotations

from flask import abort, current_app
from itsdangerous import Signer
from msgspec.structs import replace

from kb.documents.markdown.rendering import Page
from kb.procedures.model import Procedure
from kb.web.documents.rendered import Shelf, text_of, text_of_bytes
from kb.web.site import access
from kb.web.site.pages import parts


def seal_of(read: Procedure) -> str:
    """What a page carries beside the version that it shows."""
    return _signer().get_signature(_sealing(read)).decode()


def read_or_404(procedure_id: str, version: str | None, seal: str | None) -> Procedure:
    """The procedure in the version that was on the page; 404 unless it ever was on one."""
    procedure = access.readable_or_404(procedure_id).procedure
    read = replace(procedure, version=version or procedure.version)
    sealed = _signer().verify_signature(_sealing(read), (seal or "").encode("utf-8", "replace"))
    if read.version != procedure.version and not sealed:
        abort(404)
    return read


def page_of(read: Procedure) -> Page | None:
    """The page as it read then; None where no history has that text any more."""
    card, shelf = access.readable_or_404(read.id), current_app.extensions["kb_shelf"]
    if card.procedure.version == read.version:
        return _current(read, shelf)
    then = parts().versions.at(read.id, read.version)
    raw = parts().storage.history.blob(then.blob) if then else None
    if then is None or raw is None:
        return None
    return text_of_bytes(raw, then.path, read.id, access.reader()).page


def _current(read: Procedure, shelf: Shelf) -> Page | None:
    try:
        text = text_of(access.readable_or_404(read.id), access.reader(), shelf)
    except OSError:
        return None
    return text.page if text.procedure.version == read.version else None


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt="read")


def _sealing(read: Procedure) -> bytes:
    return f"{read.version} {read.id}".encode()
