"""Pictures that a text carries in itself are shown, if they are pictures and not too large."""

import pytest

from kb.documents.markdown import own_pictures, page_links
from kb.documents.markdown.outline import Outline
from kb.documents.markdown.rendering import Renderer

DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def shown(body: str) -> str:
    return "".join(part.html for part in Renderer().render(body, "a.md", lambda path: None).parts)


@pytest.mark.parametrize(
    "body",
    [
        f"![][image1]\n\n[image1]: <{DOT}>\n",
        f"![A dot]({DOT})\n",
        f'<img src="{DOT}" alt="A dot">\n',
        f'Before <img alt="" src="{DOT}"> after\n',
    ],
)
def test_a_picture_in_the_text_is_shown(body: str) -> None:
    assert f'src="{DOT}"' in shown(body)
    assert Outline(body).doubts() == ()
    assert all("R0lGOD" not in section.text for section in Outline(body).sections(""))


@pytest.mark.parametrize(
    "address",
    [
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64,",
        "data:image/png;kept,0",
    ],
)
def test_other_kinds_are_not_shown_and_told_with_their_line(address: str) -> None:
    body = f"Text\n\n![A drawing]({address})\n"
    assert "<img" not in shown(body)
    assert "data:" not in shown(body)
    (doubt,) = Outline(body).doubts()
    assert (doubt.line, doubt.code) == (3, "unshown-picture")


def test_no_link_leads_to_data() -> None:
    for body in (f"[x]({DOT})\n", f'<a href="{DOT}">x</a>\n', '<a href="data:text/html,x">x</a>\n'):
        assert "href" not in shown(body)


def test_a_large_picture_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_pictures, "LARGEST", 10)
    assert "<img" not in shown(f"![A dot]({DOT})\n")
    assert len(Outline(f"![A dot]({DOT})\n").doubts()) == 1


def test_a_picture_shown_many_times_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_links, "MOST", 3 * len(DOT))
    assert shown("![x][d]\n" * 9 + f"\n[d]: {DOT}\n").count("<img") == 3


def test_a_long_picture_costs_no_effort() -> None:
    body = f"![A photo](data:image/png;base64,{'A+/b' * 500_000})\n"
    assert not Renderer().render(body, "a.md", lambda path: None).notice


@pytest.mark.parametrize(
    "body",
    [
        "![x](data:text/html;base64,PGI+)\n",
        "![][image7]\n\n[image7]: <data:application/pdf;base64,JVBERi0=>\n",
        "![x](<data:video/mp4;base64,AAAA>)\n",
        "![x](data:audio/mpeg,AAAA)\n",
        "![x](data:image/svg+xml,%3Csvg/%3E)\n",
    ],
)
def test_data_that_are_no_picture_are_told(body: str) -> None:
    codes = [(doubt.line, doubt.code) for doubt in Outline(body).doubts()]
    assert (body.count("\n"), "unshown-picture") in codes


def test_words_about_data_are_no_fault() -> None:
    body = "Write `![x](data:text/html;base64,x)` or data:text/html,x in [a note](note.md).\n"
    assert not Outline(body).doubts()
