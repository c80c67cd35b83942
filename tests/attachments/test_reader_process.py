"""A file that cannot be read costs itself only."""

from __future__ import annotations

from kb.attachments.reader_process import reader_process
from kb.bounded_process import Bounds
from tests.attachments import made


def test_files_are_read_in_a_process_of_their_own() -> None:
    with reader_process(Bounds()) as reader:
        for text in ("The kiln is lit", "Glaze twice"):
            assert [one.text for one in reader.read("a.pdf", made.pdf(text)).places] == [text]
        assert "password" not in reader.read("a.docx", b"x").why


def test_what_is_given_up_says_why_and_what_to_do() -> None:
    with reader_process(Bounds(seconds=0.001)) as hasty:
        found = hasty.read("a.txt", b"text")
    assert (found.why, found.places) == ("reading it takes too long", ())
    assert "split it" in found.remedy
