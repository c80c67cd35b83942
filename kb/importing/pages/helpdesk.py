"""What help centres hand out as JSON: Zendesk's articles, Freshdesk's solutions. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from kb.documents.text.plain_text import tidy
from kb.importing.documents import Bundle, ForeignPage
from kb.importing.pages.web import WebSource, as_bundle, piece
from kb.importing.readers.unreadable import UnreadableFile

_TEXTS = ("body", "description", "desc_un_html", "content", "description_text")
_DEEPEST = 12


def is_json(raw: bytes) -> bool:
    """Does it begin as JSON does?"""
    return raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def helpdesk_bundle(name: str, raw: bytes) -> Bundle:
    """Its articles. Raises UnreadableFile."""
    try:
        told = _whole(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{name} is no whole JSON: take it out of the help centre anew, and bring in that file."
        ) from error
    names = _names(told)
    articles = list(_articles(told, {}, 0))
    if not articles:
        raise UnreadableFile(
            f"{name} holds no articles: choose the articles of Zendesk or the solutions of "
            "Freshdesk as JSON."
        )
    sources = [_source(article, nth, names) for nth, article in enumerate(articles)]
    bundle = as_bundle(sources)
    pages = [
        _placed(page, article, nth)
        for nth, (page, article) in enumerate(zip(bundle.pages, articles, strict=True))
    ]
    return replace(bundle, pages=tuple(pages))


def _whole(told: Any) -> Any:
    """With a mark for each half of a character, which an emoji leaves where a text was cut."""
    if isinstance(told, str):
        return told.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(told, list):
        return [_whole(one) for one in told]
    return (
        {_whole(name): _whole(one) for name, one in told.items()}
        if isinstance(told, dict)
        else told
    )


def _articles(told: Any, above: Mapping[str, str], depth: int) -> Iterator[dict[str, Any]]:
    """Everything with a title and a text, in whatever lists and folders it stands."""
    if depth > _DEEPEST:
        return
    if isinstance(told, list):
        for one in told:
            yield from _articles(one, above, depth + 1)
    elif isinstance(told, dict):
        if _is_article(told):
            yield {**above, **told}
            return
        name = told.get("name") or told.get("title")
        below = {**above, "_section": tidy(name)} if isinstance(name, str) else dict(above)
        for key, value in told.items():
            if isinstance(value, list | dict) and key not in ("sections", "categories", "users"):
                yield from _articles(value, below, depth + 1)


def _is_article(told: Mapping[str, Any]) -> bool:
    """Has it a title and a text, or a place for one, and nothing within it that has?"""
    bare = "title" in told and any(key in told for key in _TEXTS)  # folders have a name instead
    worded = _title(told) and (bare or any(isinstance(told.get(key), str) for key in _TEXTS))
    return bool(worded) and not any(
        isinstance(value, list) and _holds(value) for value in told.values()
    )


def _holds(value: list[Any]) -> bool:
    """Does a list hold things with titles and texts of their own?"""
    return any(isinstance(one, dict) and _is_article(one) for one in value)


def _title(told: Mapping[str, Any]) -> str:
    found = told.get("title") or told.get("name")
    return tidy(found) if isinstance(found, str) else ""


def _names(told: Any) -> dict[str, str]:
    """What sections, categories and folders are called, by kind and number."""
    found: dict[str, str] = {}
    for kind in ("sections", "categories", "folders"):
        some = told.get(kind) if isinstance(told, dict) else None
        for one in some if isinstance(some, list) else ():
            if isinstance(one, dict) and _title(one):
                found[f"{_single(kind)}:{one.get('id')}"] = _title(one)
    return found


def _single(kind: str) -> str:
    return {"sections": "section", "categories": "category", "folders": "folder"}[kind]


def _source(article: dict[str, Any], nth: int, names: Mapping[str, str]) -> WebSource:
    text = next((article[key] for key in _TEXTS if isinstance(article.get(key), str)), "")
    keywords = article.get("label_names") or article.get("tags") or []
    seo = article.get("seo_data")
    if not keywords and isinstance(seo, dict):
        keywords = seo.get("meta_keywords") or []
    team = next(
        (
            name
            for kind in ("section", "folder", "category")
            if (name := names.get(f"{kind}:{article.get(f'{kind}_id')}"))
        ),
        article.get("_section", ""),
    )
    properties = {"keywords": _worded(keywords), "department": team}
    return piece(_place(article, nth), _title(article), text, properties)


def _worded(keywords: Any) -> list[str]:
    """Tags are words, or things with a name."""
    if isinstance(keywords, str):
        return [one.strip() for one in keywords.split(",")]
    every = keywords if isinstance(keywords, list) else []
    names = [one.get("name") if isinstance(one, dict) else one for one in every]
    return [one for one in names if isinstance(one, str)]


def _place(article: Mapping[str, Any], nth: int) -> str:
    id = article.get("id")
    locale = article.get("locale")
    own = str(id) if isinstance(id, int | str) and id else f"no {nth + 1}"
    source = article.get("source_locale")
    return f"{own}-{locale}" if locale and source and locale != source else own


def _placed(page: ForeignPage, article: Mapping[str, Any], nth: int) -> ForeignPage:
    urls = [article.get(key) for key in ("html_url", "url")]
    id = article.get("id")
    addresses = [one for one in urls if isinstance(one, str)]
    addresses += [f"/articles/{id}"] if id else []
    locale = str(article.get("locale") or article.get("language") or "")
    return replace(
        page,
        addresses=tuple(addresses),
        why="it is a draft there" if _is_draft(article) else "",
        language=locale.partition("-")[0],
    )


def _is_draft(article: Mapping[str, Any]) -> bool:
    """Freshdesk counts: 1 is a draft, 2 is published."""
    return article.get("draft") is True or article.get("status") in (1, "draft")
