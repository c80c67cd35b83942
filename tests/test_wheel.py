"""A wheel carries all that kb needs: it serves the sample company from an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import databases
from tests.cli.test_serving import serving, without_settings

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `pip install .` puts into an environment, but for the dependencies."""
    made, site = (tmp_path_factory.mktemp(name) for name in ("made", "site"))
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = made.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
    return site


def run(installed: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kb", *words],
        env={**without_settings(), **databases.environment_of(home), "PYTHONPATH": str(installed)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_serves_the_sample_company_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", PYTHONPATH=str(installed), KB_OPEN_READING="1") as site:
        page = site.get("/search?q=late+shipment")
        assert "SHP-014" in page
        assert "Bootstrap" in site.get(page.partition('rel="stylesheet" href="')[2].split('"')[0])
    told = json.loads(run(installed, tmp_path, "status", "--json").stdout)
    assert told["content"].startswith(str(tmp_path / "content"))
    assert told["missing"] == []


def test_where_the_model_cannot_be_had_a_wheel_is_built_without(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in ("kb", "templates", "content"):
        shutil.copytree(ROOT / folder, source / folder)
    for file in ("pyproject.toml", "hatch_build.py", "meaning.lock", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation"]
    nothing_to_be_had = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    subprocess.run(
        [*pip, "--wheel-dir", str(tmp_path), str(source)],
        env={**os.environ, **nothing_to_be_had},
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "kb/templates/base.html" in names
    assert not [name for name in names if name.startswith("kb_meaning")]


def test_it_is_the_wheel_that_was_tried(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import kb, kb_meaning; print(kb.__file__, kb_meaning.__file__)"],
        env={**without_settings(), "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [Path(file).parent.parent for file in said.stdout.split()] == [installed, installed]


def test_the_content_that_was_taken_is_whole(installed: Path, tmp_path: Path) -> None:
    files = {path.relative_to(ROOT / "content") for path in (ROOT / "content").rglob("*")}
    packed = installed / "kb" / "sample"
    assert {path.relative_to(packed) for path in packed.rglob("*")} == files


def test_kb_explains_itself_in_an_empty_folder_and_makes_nothing(
    installed: Path, tmp_path: Path
) -> None:
    said = run(installed, tmp_path)
    assert said.returncode == 0
    assert f"Home: {tmp_path}" in said.stdout
    for place in ("content/", "search_index/", "var/"):
        assert place in said.stdout
    assert "kb serve --demo" in said.stdout
    assert list(tmp_path.iterdir()) == []


def test_serving_an_empty_folder_is_refused_with_ways_to_begin(
    installed: Path, tmp_path: Path
) -> None:
    said = run(installed, tmp_path, "serve")
    assert said.returncode == 2
    assert "there is no folder" in said.stderr
    assert "kb serve --demo" in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_content_folder_that_is_named_is_never_filled(installed: Path, tmp_path: Path) -> None:
    said = run(installed, tmp_path, "serve", "--demo", "--content", str(tmp_path / "mine"))
    assert said.returncode == 2
    assert list(tmp_path.iterdir()) == []
