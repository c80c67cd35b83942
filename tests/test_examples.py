"""The examples for running it name what there is: files, commands, users, settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from msgspec.structs import fields

from kb.importing.readers.packages import LARGEST_DOCUMENTS
from kb.settings import Settings
from kb.web.site.security import LARGEST_REQUEST

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
STEPS = [
    step.split(" ", 1)
    for step in (EXAMPLES / "Dockerfile").read_text(encoding="utf-8").splitlines()
    if step and not step.startswith("#")
]


def of(word: str) -> list[str]:
    return [rest for first, rest in STEPS if first == word]


def test_what_the_image_is_made_of_is_there() -> None:
    copied = [name for rest in of("COPY") if "--from" not in rest for name in rest.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    locks = {name for rest in of("RUN") for name in re.findall(r"requirements[\w.-]*", rest)}
    assert locks <= set(copied)
    needed = {"kb", "templates", "content", "hatch_build.py", "meaning.lock", "pyproject.toml"}
    assert needed <= set(copied)


def test_everything_installed_in_it_is_of_the_lock_or_ours() -> None:
    for step in of("RUN"):
        if "pip install" in step:
            assert "--require-hashes" in step or step.endswith("--no-deps --no-build-isolation .")


def test_it_is_served_by_somebody_who_may_do_nothing() -> None:
    order = [word for word, _ in STEPS]
    assert order.index("USER") < order.index("CMD")
    assert of("USER") == ["kb"]
    assert of("CMD") == ['["kb", "serve"]']


def test_the_driver_is_cut_out_of_the_lock_whole() -> None:
    """The step takes each block from its name to the line that does not go on."""
    (step,) = [one for one in of("RUN") if one.startswith("sed")]
    assert shlex.split(step)[2] == r"/^psycopg/,/[^\\]$/p"
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert re.findall(r"^(psycopg[\w-]*)==.* \\$", lock, re.MULTILINE) == [
        "psycopg",
        "psycopg-binary",
    ]


def test_compose_builds_that_image_and_has_no_password() -> None:
    told = yaml.safe_load((EXAMPLES / "compose.yaml").read_text(encoding="utf-8"))
    kb = told["services"]["kb"]
    context = (EXAMPLES / kb["build"]["context"]).resolve()
    assert (context / kb["build"]["dockerfile"]).is_file()
    assert context == ROOT
    assert "${KB_DATABASE_PASSWORD:?" in kb["environment"]["KB_DATABASE_URL"]


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "kb.service"])
def test_every_setting_in_them_is_one(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    known = {f"KB_{field.name.upper()}" for field in fields(Settings)}
    named = set(re.findall(r"\bKB_[A-Z_]+", text)) - {"KB_DATABASE_PASSWORD"}
    assert named
    assert named <= known


def test_a_proxy_takes_more_than_kb_so_that_kb_says_what_is_too_large() -> None:
    most = max(LARGEST_DOCUMENTS + 1_000_000, LARGEST_REQUEST)
    for name, form in (("nginx.conf", r"body_size (\d+)m;"), ("Caddyfile", r"max_size (\d+)MB")):
        (megabytes,) = re.findall(form, (EXAMPLES / name).read_text(encoding="utf-8"))
        assert int(megabytes) * 1_000_000 > most
