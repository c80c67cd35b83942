import pytest
from msgspec.structs import replace

from kb.procedures.model import Procedure, Status
from kb.procedures.visibility import Reader

LATE = Procedure("SHP-014", "Late", "shipping/late.md", "0" * 12, department="shipping")
REP = Reader()
EDITOR = Reader(frozenset({"shipping"}))
OUTSIDER = Reader(frozenset({"billing"}))


@pytest.mark.parametrize(
    ("status", "reader", "reads", "finds"),
    [
        (Status.PUBLISHED, REP, True, True),
        (Status.RETIRED, REP, True, False),
        (Status.RETIRED, EDITOR, True, False),
        (Status.DRAFT, REP, False, False),
        (Status.DRAFT, OUTSIDER, False, False),
        (Status.DRAFT, EDITOR, True, True),
        (Status.IN_REVIEW, REP, False, False),
        (Status.IN_REVIEW, OUTSIDER, False, False),
        (Status.IN_REVIEW, EDITOR, True, True),
    ],
)
def test_who_reads_and_who_finds(status: Status, reader: Reader, reads: bool, finds: bool) -> None:
    procedure = replace(LATE, status=status)
    assert (reader.may_read(procedure), reader.may_find(procedure)) == (reads, finds)
