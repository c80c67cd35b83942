"""Pages as Confluence and Notion write them: their title, their text, what they say. Pure."""

from __future__ import annotations

from typing import Any

from kb.documents.foreign.html_reading import WebPage
from kb.documents.foreign.tree import Element
from kb.documents.text.plain_text import tidy

_GONE = frozenset({"aui-icon", "expand-control-icon", "confluence-jim-macro-icon"})


def taken_apart(page: WebPage, properties: dict[str, Any]) -> tuple[str, Element] | None:
    """Title and text; None for a page of neither. What it says is added to `properties`."""
    if content := _by_id(page.body, "main-content"):
        return _confluence(page, content)
    article = page.body.find(lambda each: each.tag == "article" and "page" in each.classes)
    return _notion(article, properties) if article else None


def _confluence(page: WebPage, content: Element) -> tuple[str, Element]:
    heading = _by_id(page.body, "title-text")
    title = tidy(heading.text()) if heading else page.title
    space, colon, rest = title.partition(" : ")
    content.without(_is_apparatus)
    for one in content.walk():
        if "expand-container" in one.classes:
            one.tag = "details"
        elif "expand-control-text" in one.classes:
            one.tag = "summary"
        elif "inline-task-list" in one.classes:
            _as_tasks(one)
        elif one.tag == "img" and "emoticon" in one.classes:
            one.tag, one.children = "span", [one.get("data-emoji-fallback") or one.get("alt")]
        elif one.tag == "div" and one.classes & {"panel"} and "code" not in one.classes:
            one.tag = "blockquote"
    return (rest if colon else space), content


def _is_apparatus(one: Element) -> bool:
    """Icons, tables of contents, and the lists of files and comments below the text."""
    if one.classes & _GONE or "toc-macro" in one.classes:
        return True
    return "pageSection" in one.classes and any(
        each.get("id") in ("attachments", "comments") for each in one.walk()
    )


def _as_tasks(one: Element) -> None:
    for item in one.elements:
        if item.tag == "li":
            done = {"checked": ""} if "checked" in item.classes else {}
            item.children.insert(0, Element("input", {"type": "checkbox", **done}))


def _notion(article: Element, properties: dict[str, Any]) -> tuple[str, Element]:
    heading = article.find(lambda each: "page-title" in each.classes)
    title = tidy(heading.text()) if heading else ""
    table = article.find(lambda each: each.tag == "table" and "properties" in each.classes)
    for row in table.walk() if table else ():
        cells = [each for each in row.elements if each.tag in ("th", "td")]
        if row.tag == "tr" and len(cells) == 2:
            values = [tidy(each.text()) for each in cells[1].elements] or [tidy(cells[1].text())]
            properties.setdefault(tidy(cells[0].text()), values)
    article.without(lambda each: each is heading or each is table or each.tag == "header")
    return title, article


def _by_id(body: Element, id: str) -> Element | None:
    return body.find(lambda each: each.get("id") == id)
