import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.text.plain_text import anchor, folded, plain, readable, slug, sortable, tidy


def test_spaces_of_all_kinds_become_one_and_invisible_ones_none() -> None:
    assert tidy(" Late\u00a0\u2003 ship\u200bment\ufeff \n now ") == "Late shipment now"


def test_text_that_turns_the_writing_direction_does_not() -> None:
    assert tidy("a\u202eb\u2066c") == "abc"


def test_two_spellings_of_the_same_words_fold_to_one() -> None:
    assert folded("CAFE\u0301  Straße") == folded("café STRASSE")


def test_titles_sort_without_accents_and_leading_quotes() -> None:
    assert sorted(["Zoll", "“Ärger”", "Abo"], key=sortable) == ["Abo", "“Ärger”", "Zoll"]


@pytest.mark.parametrize(
    ("written", "made"),
    [("Late shipment!", "late-shipment"), ("A_b  c", "a-b-c"), ("Größe", "grösse"), ("?!", "")],
)
def test_slugs(written: str, made: str) -> None:
    assert slug(written) == made


@pytest.mark.parametrize(
    ("heading", "made"),
    [
        ("What to say", "what-to-say"),
        ("Refund: 10 % & more", "refund-10---more"),
        ("e-mail (new)", "e-mail-new"),
        ("Größe", "größe"),
        ("?", ""),
    ],
)
def test_anchors_are_made_as_github_makes_them(heading: str, made: str) -> None:
    assert anchor(heading) == made


def test_a_name_becomes_a_title() -> None:
    assert readable("late-shipment_new") == "Late shipment new"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("plain", "plain"),
        ("**bold** and *soft* and __both__ and _this_", "bold and soft and both and this"),
        ('see [the label](../a.md "x") or ![a parcel](b.png)', "see the label or a parcel"),
        ("[label][ref] and [![alt](a.png)](b.md)", "[label][ref] and alt"),
        ("**[Pull up Account]** first", "[Pull up Account] first"),
        ("`a_b` and ``c`d`` and **`e`**", "a_b and c`d and e"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("a <b>bold</b> word<br>here", "a bold word here"),
        ("<dana@kb.example> <https://kb.example/a>", "dana@kb.example https://kb.example/a"),
        (r"\*no emphasis\* \[x\]", "*no emphasis* [x]"),
        ("Q&amp;A &lt;b&gt; 5 &euro;", "Q&A <b> 5 €"),
        ("~~gone~~ a ` b", "gone a ` b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markdown: str, text: str) -> None:
    assert tidy(plain(markdown)) == text


def test_a_label_is_a_link_only_with_its_reference() -> None:
    markdown = "[The Label][Ref], [ref] and [Verify Identity]"
    assert plain(markdown, frozenset({"ref"})) == "The Label, ref and [Verify Identity]"


@given(st.text(alphabet="ab`*_[]()<>!&;\\~ \n", max_size=60))
def test_plain_text_never_raises(markdown: str) -> None:
    plain(markdown)


@pytest.mark.parametrize(
    "pattern", ["[", "![", "[](", "*", "_", "`", "<", "<a ", "``a`", "[a](b ", "&", "\\", "<!--"]
)
def test_plain_text_takes_time_in_proportion(pattern: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        for _ in range(20):
            plain(pattern * times)
        return time.process_time() - began

    few, many = (min(seconds(times) for _ in range(5)) for times in (30, 600))
    assert many < 100 * few + 0.001  # 400 times as long, were one of its expressions quadratic


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        ("Enter \\<order number> here", "Enter <order number> here"),
        ("\\`not code\\` and `code`", "`not code` and code"),
        ("\\[x](y) and [z](y)", "[x](y) and z"),
        ("\\!\\[x](y)", "![x](y)"),
        ("\\<https://a.example>", "<https://a.example>"),
    ],
)
def test_escaped_signs_are_words(markdown: str, seen: str) -> None:
    assert plain(markdown) == seen
