"""The shape of the code, where import-linter cannot see it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "kb").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_imports_run_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    checked = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_in_its_first_line_what_it_is_for(module: Path) -> None:
    if "versions" in module.parts:
        return
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_trusts_nothing_and_runs_nothing(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    for forbidden in ("|safe", "| safe", "autoescape false", " style=", " onclick=", "<style"):
        assert forbidden not in source, forbidden
    for script in source.split("<script")[1:]:
        assert "src=" in script.partition(">")[0], "inline script"


def test_nothing_is_fetched_from_another_host() -> None:
    for source in [*TEMPLATES, *(ROOT / "kb" / "static").rglob("*.*")]:
        if source.suffix not in {".html", ".css", ".js"}:
            continue
        written = source.read_text(encoding="utf-8")
        assert "//cdn" not in written, source
        assert 'src="http' not in written, source
        assert "url(http" not in written, source
        assert "@import" not in written, source
