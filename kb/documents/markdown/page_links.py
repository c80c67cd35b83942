"""Links and images among a page's tokens turned into the site's own addresses."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote

from markdown_it.token import Token

from kb.documents.attachments import PICTURES
from kb.documents.markdown.headings import free
from kb.documents.markdown.links import candidates, fragment, is_external, is_promise
from kb.documents.markdown.own_pictures import MOST, Pictures
from kb.documents.markdown.sanitising import own_address
from kb.documents.text.plain_text import anchor

NOT_FOUND = {"class": "not-found", "title": "not found"}


class Linking:
    """The addresses of one page; each is looked up once."""

    def __init__(self, base: str, resolve: Callable[[str], str | None], pictures: Pictures) -> None:
        self._base = base
        self._pictures = pictures
        self._shown = 0  # characters of the text's own pictures
        self._resolve = resolve
        self._known: dict[str, str | None] = {}
        self._anchors: Mapping[str, str] = {}

    def address(self, target: str) -> str | None:
        """The URL of a relative link as written, or None when there is no such file."""
        if target.startswith("data:"):
            return self._own_picture(target)
        if target not in self._known:
            found = map(self._resolve, candidates(target, self._base))
            url = next((url for url in found if url), None)
            self._known[target] = url + _freed(fragment(target)) if url else None
        return self._known[target]

    def _own_picture(self, target: str) -> str | None:
        found = self._pictures.address(target)
        self._shown += len(found or "")
        return found if self._shown <= MOST else None

    def rewrite(self, tokens: Iterable[Token], anchors: Mapping[str, str]) -> None:
        """Change the tokens in place: links lead somewhere or become text, tables get classes.

        `anchors` are those of the headings, by the name that links to them are written with.
        """
        self._anchors = anchors
        for token in tokens:
            if token.children:
                token.children = self._inlines(token.children)
            elif token.type in ("th_open", "td_open"):
                _align(token)

    def _inlines(self, tokens: list[Token]) -> list[Token]:
        made: list[Token] = []
        tags: list[str] = []
        for token in tokens:
            if token.type == "link_open":
                self._link(token)
                tags.append(token.tag)
            elif token.type == "link_close" and tags:
                token.tag = tags.pop()
            elif token.type == "image":
                token = self._image(token, linked="a" in tags)
            made.append(token)
        return made

    def _link(self, token: Token) -> None:
        target = str(token.attrs["href"])
        if is_external(target):
            if token.markup == "autolink":
                token.attrs["class"] = "bare"  # it says itself where it leads, on paper too
            return
        if target.startswith("#"):
            token.attrs["href"] = own_address(self._here(target))
            return
        url = None if target.startswith("data:") else self.address(target)
        if url:
            token.attrs["href"] = own_address(url)
            return
        token.tag = "span"
        token.attrs = dict(NOT_FOUND) if is_promise(target) else {}

    def _here(self, target: str) -> str:
        """The place on this page: a heading by its natural name, or what HTML names."""
        name = unquote(target[1:])
        return f"#{self._anchors.get(name) or self._anchors.get(anchor(name)) or free(name)}"

    def _image(self, token: Token, linked: bool) -> Token:
        target = str(token.attrs["src"])
        alt = html.escape(token.content)
        url = self.address(target)
        own = target.startswith("data:")
        if url and not own and not _is_picture(target):  # a film, say: whoever wants to, opens it
            name = alt or html.escape(posixpath.basename(target))
            return _raw(name if linked else f'<a href="{html.escape(own_address(url))}">{name}</a>')
        if url:
            title = html.escape(str(token.attrs.get("title", "")))
            attributes = f'alt="{alt}" title="{title}"' if title else f'alt="{alt}"'
            source = html.escape(own_address(url))
            return _raw(f'<img class="img-fluid" loading="lazy" src="{source}" {attributes}>')
        last = "" if own else posixpath.basename(target.rstrip("/"))
        name = alt or html.escape(last or "image")
        if is_external(target) and not linked:
            # Nothing is fetched from other sites while reading; whoever wants to, follows it.
            return _raw(f'<a href="{html.escape(target)}">{name}</a>')
        return _raw(name if linked else f'<span class="not-found" title="not found">{name}</span>')


def _freed(place: str) -> str:
    return f"#{free(unquote(place[1:]))}" if place else ""


def _is_picture(target: str) -> bool:
    path = target.partition("?")[0].partition("#")[0]
    return posixpath.splitext(path)[1].casefold() in PICTURES


def _raw(source: str) -> Token:
    return Token("html_inline", "", 0, content=source)


def _align(token: Token) -> None:
    style = str(token.attrs.pop("style", ""))
    if "right" in style:
        token.attrs["class"] = "text-end"
    elif "center" in style:
        token.attrs["class"] = "text-center"
