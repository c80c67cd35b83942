"""What is looked at closely when somebody asks: every byte of the index, all files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kb.condition.concern import Concern, Weight
from kb.parts import Parts
from kb.procedures.counting import counted
from kb.search.evaluation.general_fit import FEWEST, renew
from kb.search.index import array_file
from kb.storage.git.refs import GitTrouble

_NAMED = 5
_ANEW = "It is built anew within seconds of a start; “kb doctor --fix” does so now."


def merge(parts: Parts) -> Iterator[Concern]:
    """Has somebody begun something in the repository, and not finished it?"""
    try:
        parts.storage.keeping.repository.ensure_at_rest()
    except GitTrouble as trouble:
        told = f"Nothing can be saved: {trouble.strerror or trouble}."
        remedy = "In content/, “git status” says what it is and how to finish or abort it."
        yield Concern("merge", told, remedy=remedy)


def whole_index(parts: Parts) -> Iterator[Concern]:
    """Is it as it was written, and of this kb?"""
    if parts.search.index.in_service and (why := _unfit(parts)):
        yield Concern("index", f"The index cannot be used: {why}.", Weight.UNREADY, _ANEW)


def mend_index(parts: Parts) -> Iterator[str]:
    """Build it anew where it cannot be used; the files say all that was in it."""
    if not parts.search.index.in_service or _unfit(parts):
        done = parts.publishing.publisher.refresh(date.today(), rebuild=True)
        yield f"the index was built anew: {counted(done.indexed, 'procedure')}"


def threshold(parts: Parts) -> Iterator[Concern]:
    """Is it known from when on nothing fits a search?"""
    if _not_asked(parts):
        told = "From when on nothing fits a search was never found out here: a guess is used."
        remedy = "The background worker finds out; “kb doctor --fix” does so now."
        yield Concern("nothing fits", told, Weight.NOTE, remedy)


def mend_threshold(parts: Parts) -> Iterator[str]:
    """Find it out, which takes a second or two."""
    if _not_asked(parts):
        yield f"nothing fits a search below {renew(parts.search.searcher).fit:.2f} from now on"


def unread_files(parts: Parts) -> Iterator[Concern]:
    """Are there files that nobody finds, as kb does not read their kind?"""
    for fault in parts.publishing.publisher.unread():
        told = f"{fault.path}: {fault.told}"
        yield Concern("unread files", told, Weight.NOTE)
    unsearched = parts.attachments.files.unsearched()
    for file in unsearched[:_NAMED]:
        told = f"{file.file} is not searched, or not wholly: {file.why}."
        yield Concern("unread files", told, Weight.NOTE, file.remedy)
    if len(unsearched) > _NAMED:
        told = f"{len(unsearched) - _NAMED} more are not searched, or not wholly."
        yield Concern("unread files", told, Weight.NOTE, "“kb status” names them all.")


def _unfit(parts: Parts) -> str:
    """Why the index cannot be used; "" where it can."""
    index = parts.search.index
    try:
        index.sets()
    except array_file.Damaged as error:  # or of another kb
        return str(error)
    except OSError as error:
        return error.strerror or str(error)
    return index.damage()


def _not_asked(parts: Parts) -> bool:
    searching = parts.search
    known = searching.searcher.threshold().procedures
    return not known and len(searching.index.fingerprints()) >= FEWEST
