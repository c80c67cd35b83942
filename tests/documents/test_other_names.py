"""Front matter as people and other programs write it is read, or told, and never doubled."""

import pytest

from kb.documents.document import parse
from kb.documents.reading import Filed, procedure_from
from kb.documents.source.amending import amend
from kb.documents.source.lines import NotAmendable
from kb.procedures.model import Departments, Status


def filed(text: str, path: str = "a.md") -> Filed:
    return procedure_from(parse(text.encode(), path), Departments())


def codes(text: str, path: str = "a.md") -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in filed(text, path).faults]


@pytest.mark.parametrize(
    "head",
    [
        "TITLE: Lost card\nKeywords: [card]\nReview Every: 90 days",
        "Title : Lost card\nKEYWORDS:\n  - card\nreview-every: 90 days",
    ],
)
def test_names_of_fields_may_have_capitals_and_blanks(head: str) -> None:
    found = filed(f"---\n{head}\n---\nText\n").procedure
    assert (found.title, found.keywords[0].text, found.review_every) == ("Lost card", "card", 90)


def test_such_a_field_is_changed_where_it_stands() -> None:
    raw = b"---\nTitle: Lost card\nReview Every: 90 days\n---\nText\n"
    made = amend(raw, {"title": "Card lost", "review_every": "30 days"})
    assert made == b"---\nTitle: Card lost\nReview Every: 30 days\n---\nText\n"


TOML = '+++\ntitle = "Lost card"\ntags = ["card"]\ndate = 2026-01-02\ndraft = false\n+++\n\nText\n'
JSON = '{\n  "title": "Lost card",\n  "keywords": ["card"]\n}\n\nText\n'


@pytest.mark.parametrize("text", [TOML, JSON, f"\ufeff{TOML}", TOML.replace("\n", "\r\n")])
def test_other_languages_are_read_and_left_alone(text: str) -> None:
    found = filed(text)
    assert (found.procedure.title, found.procedure.keywords[0].text) == ("Lost card", "card")
    assert [section.text for section in found.sections] == ["Text"]
    assert found.faults == ()
    with pytest.raises(NotAmendable, match="change the front matter as text"):
        amend(text.encode(), {"reviewed": "2026-02-03"})


def test_broken_toml_is_told_with_its_line_and_left_alone() -> None:
    text = "+++\ntitle = 'A'\nkeywords\n+++\n# A\n\nText\n"
    assert codes(text) == [(3, "broken-yaml")]
    with pytest.raises(NotAmendable):
        amend(text.encode(), {"reviewed": "2026-02-03"})


@pytest.mark.parametrize("text", ["{{ title }}\n\n# A\n", "{ a brace }\n\n# A\n", "+++\n\n# A\n"])
def test_a_text_that_begins_like_it_is_text(text: str) -> None:
    assert parse(text.encode(), "a.md").body == text


def test_front_matter_may_be_closed_with_dots() -> None:
    text = "---\ntitle: Lost card\n...\n\nText\n\n---\n\nMore\n"
    assert [section.text for section in filed(text).sections] == ["Text\nMore"]
    made = amend(text.encode(), {"reviewed": "2026-02-03"})
    assert made.decode() == text.replace("...", "reviewed: 2026-02-03\n...")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("status: new", Status.PUBLISHED),
        ("draft: true", Status.DRAFT),
        ("published: false", Status.DRAFT),
        ("draft: true\nstatus: published", Status.PUBLISHED),
        ("draft: false", Status.PUBLISHED),
    ],
)
def test_what_others_say_of_the_status_is_read(line: str, status: Status) -> None:
    text = f"---\ntitle: A\n{line}\n---\nText\n"
    assert filed(text).procedure.status is status
    assert codes(text) == []


def test_a_page_that_is_deprecated_is_shown_and_told() -> None:
    text = "---\ntitle: A\nstatus: deprecated\n---\nText\n"
    assert filed(text).procedure.status is Status.PUBLISHED
    assert codes(text) == [(3, "deprecated-status")]


def test_tags_are_keywords_where_there_are_none() -> None:
    text = "---\ntitle: A\ntags: [card, lost]\n---\nText\n"
    assert [word.text for word in filed(text).procedure.keywords] == ["card", "lost"]
    both = text.replace("tags", "keywords: pin\ntags")
    assert [word.text for word in filed(both).procedure.keywords] == ["pin"]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("title: Order #7 is late", 2),
        ("title: A\nkeywords:\n  - card #2\n", 4),
        ("title: A\nkeywords:\n  - #cards", 4),
        ("title: A\nowner: #billing", 3),
        ("title: A # b", 2),
        ("title: Ünïcode #8", 2),
    ],
)
def test_what_yaml_takes_for_a_remark_is_told(head: str, line: int) -> None:
    assert (line, "yaml-remark") in codes(f"---\n{head}\n---\n# A\n\nText\n")


@pytest.mark.parametrize(
    "head",
    [
        'title: "Order #7"',
        "title: Order#7",
        "title: A\n# keywords: none yet",
        "title: A\nstatus: draft # until May",
        "title: A\nweight: 3 #x",
    ],
)
def test_remarks_that_are_meant_are_no_faults(head: str) -> None:
    assert codes(f"---\n{head}\n---\nText\n") == []


def test_a_file_of_notes_is_called_by_its_name() -> None:
    assert codes("Text\n", "Notes/Lost card.md") == []
    assert filed("Text\n", "Notes/Lost card.md").procedure.title == "Lost card"
    assert codes("Text\n", "notes/lost-card.md") == [(1, "missing-title")]


def test_a_pointer_of_large_files_is_told() -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"
    assert codes(text) == [(1, "lfs-pointer")]
