import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.documents.settings_files.synonyms import parse_synonyms

GOOD = b"""\
two_way:
  - [parcel, package]
one_way:
  - from: OTP
    to: [one-time code]
  - from: DNR
    to: delivered but not received
"""


def test_both_lists_are_read() -> None:
    lists = parse_synonyms(GOOD)
    assert lists.two_way == (("parcel", "package"),)
    assert lists.one_way == (
        ("OTP", ("one-time code",)),
        ("DNR", ("delivered but not received",)),
    )
    assert lists.faults == ()


def test_an_empty_file_is_no_fault() -> None:
    assert parse_synonyms(b"").faults == ()


@pytest.mark.parametrize(
    "wrong",
    [b"two_way: [a", b"two_way: parcel", b"two_way: [[parcel]]", b"one_way: [{from: x}]"],
)
def test_what_cannot_be_read_is_a_fault_with_a_line(wrong: bytes) -> None:
    (fault,) = parse_synonyms(wrong).faults
    assert fault.line >= 1
    assert fault.remedy


def test_one_wrong_group_hides_no_other() -> None:
    lists = parse_synonyms(b"two_way:\n  - [lonely]\n  - [parcel, package]\n")
    assert lists.two_way == (("parcel", "package"),)
    assert len(lists.faults) == 1


@example(b"\r\t")
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(raw: bytes) -> None:
    parse_synonyms(raw)
