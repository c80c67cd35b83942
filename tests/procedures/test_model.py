from datetime import date, timedelta

from kb.procedures.model import Departments, Fault, Keyword, Procedure, Severity

LATE = Procedure("SHP-014", "Late", "shipping/late.md", "0" * 12)


def test_a_keyword_with_a_colon_has_category_and_topic() -> None:
    keyword = Keyword("Complaint: Late Shipment")
    assert (keyword.category, keyword.topic) == ("Complaint", "Late Shipment")


def test_a_keyword_with_half_a_colon_is_plain() -> None:
    assert [Keyword(text).category for text in ("wismo", "wismo:", ": late", "")] == [None] * 4
    assert Keyword("wismo:").topic == "wismo:"


def test_the_review_is_due_by_the_end_of_its_period() -> None:
    procedure = Procedure("a", "A", "a.md", "0" * 12, reviewed=date(2026, 1, 31), review_every=30)
    due = procedure.due
    assert due is not None
    assert date(2026, 2, 24) <= due <= date(2026, 3, 2)
    assert not procedure.overdue(due)
    assert procedure.overdue(due + timedelta(days=1))


def test_what_was_never_promised_is_never_due() -> None:
    assert LATE.due is None
    assert not LATE.overdue(date.max)


def test_a_period_beyond_the_calendar_ends_with_it() -> None:
    procedure = Procedure("a", "A", "a.md", "0" * 12, reviewed=date(2026, 1, 1), review_every=10**9)
    assert procedure.due == date.max


def test_a_fault_reads_as_one_line() -> None:
    fault = Fault("a.md", 4, "no-date", "it is not a date", "write one", Severity.WARNING)
    assert str(fault) == "a.md:4: it is not a date; write one"


def test_an_unknown_department_has_a_readable_name() -> None:
    assert Departments().get("north-west").name == "North west"
    assert "north-west" not in Departments()


def test_a_fault_is_told_as_one_sentence_also_where_its_remedy_asks() -> None:
    asks = Fault("a.md", 3, "misspelt", "there is no Bus", 'did you mean "Bas"?')
    says = Fault("a.md", 3, "misspelt", "there is no Bus", "write Bas")
    assert asks.told == 'there is no Bus; did you mean "Bas"?'
    assert says.told == "there is no Bus; write Bas."
