"""Compiled templates are kept, and made anew where they are damaged or cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from kb.web.site.compiled_templates import CompiledTemplates

SOURCE = "Hello {{ name }}!"


def rendered(folder: Path, source: str = SOURCE) -> str:
    pages = Environment(
        loader=DictLoader({"page": source}),
        bytecode_cache=CompiledTemplates(folder),
        autoescape=True,
    )
    return pages.get_template("page").render(name="Ida")


def test_a_second_site_does_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(tmp_path / "kept") == "Hello Ida!"
    monkeypatch.setattr(Environment, "_parse", None)
    assert rendered(tmp_path / "kept") == "Hello Ida!"


def test_another_text_is_compiled_anew(tmp_path: Path) -> None:
    rendered(tmp_path)
    assert rendered(tmp_path, "Bye {{ name }}") == "Bye Ida"


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:70], lambda raw: raw[:-1] + b"?", lambda _: b""]
)
def test_what_is_damaged_is_compiled_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    rendered(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert rendered(tmp_path) == "Hello Ida!"
    assert kept.read_bytes() == whole


def test_without_a_folder_pages_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert rendered(tmp_path / "file") == "Hello Ida!"


def test_a_home_that_is_away_is_not_made_for_it(tmp_path: Path) -> None:
    assert rendered(tmp_path / "away" / "templates") == "Hello Ida!"
    assert list(tmp_path.iterdir()) == []
