"""What `kb serve` refuses to begin with, and by which name it is allowed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from kb.condition import safety
from kb.settings import RISKS, Settings, SettingsError, load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "running.md"


@pytest.fixture
def private(home: Path) -> Settings:
    """A home as it should be."""
    home.chmod(0o750)
    return load({}, home)


def names(settings: Settings, **environ: str) -> list[str]:
    return [one.name for one in safety.risks(settings, environ)]


def test_nothing_is_wrong_with_a_home_as_it_is_made(private: Settings) -> None:
    assert names(private) == []
    safety.ensure_safe(private, {})


SET = [
    ({"demo": True, "https": True, "host": "10.1.2.3"}, ["demo"]),
    ({"demo": True, "https": True, "url": "https://desk.example"}, ["demo"]),
    ({"host": "0.0.0.0"}, ["http"]),
    ({"host": "::"}, ["http"]),
    ({"url": "https://desk.example/kb"}, ["http"]),
    ({"url": "http://desk.example"}, ["http"]),
    ({"host": "0.0.0.0", "demo": True}, ["demo", "http"]),
    ({"frame_hosts": "http://crm.example"}, ["http-frames"]),
    ({"database_url": "postgresql://kb:kb@db.example/kb"}, ["database-password"]),
    ({"database_url": "postgresql://desk:Postgres@db.example/kb"}, ["database-password"]),
    ({"database_url": "postgresql://a%2Fb:a%2fB@db.example/kb"}, ["database-password"]),
]
SAFE = [
    {"demo": True},
    {"host": "::1"},
    {"host": "127.0.0.9", "url": "http://kb.localhost:8000"},
    {"host": "0.0.0.0", "https": True, "url": "https://desk.example"},
    {"frame_hosts": "crm.example, http://localhost:3000"},
    {"database_url": "postgresql://kb@db.example/kb"},
    {"database_url": "postgresql://kb:4fU0-t7c@db.example/kb"},
]


@pytest.mark.parametrize(("values", "found"), SET)
def test_it_is_refused_by_name(
    private: Settings, values: dict[str, object], found: list[str]
) -> None:
    settings = replace(private, **values)
    assert names(settings) == found
    with pytest.raises(SettingsError) as refusal:
        safety.ensure_safe(settings, {})
    for name in found:
        assert f"KB_ALLOW={name}." in str(refusal.value)
    safety.ensure_safe(replace(settings, allow=", ".join(found)), {})
    if len(found) > 1:
        with pytest.raises(SettingsError):
            safety.ensure_safe(replace(settings, allow=found[0]), {})


@pytest.mark.parametrize("values", SAFE)
def test_it_is_served(private: Settings, values: dict[str, object]) -> None:
    assert names(replace(private, **values)) == []


def test_no_password_is_told(private: Settings) -> None:
    settings = replace(private, database_url="postgresql://desk:changeme@db.example/kb")
    assert not any("changeme" in str(one) for one in safety.risks(settings, {}))


def test_a_debugger_is_for_this_machine_alone(private: Settings) -> None:
    outside = replace(private, host="10.1.2.3", https=True)
    assert names(outside, FLASK_DEBUG="1") == ["debug"]
    assert names(outside, FLASK_DEBUG="0") == names(private, FLASK_DEBUG="1") == []


def test_folders_that_all_can_write_and_keys_that_all_can_read(private: Settings) -> None:
    private.home.chmod(0o777)
    private.content.chmod(0o1777)
    assert names(private) == ["writable", "writable"]
    private.home.chmod(0o770)
    private.content.chmod(0o755)
    private.var.mkdir()
    for name, mode in (("secret_key", 0o640), ("log_key", 0o604)):
        (private.var / name).write_text("x")
        (private.var / name).chmod(mode)
    private.var.chmod(0o700)  # in there nobody gets at them
    assert names(private) == []
    private.var.chmod(0o755)
    assert names(private) == ["readable-keys", "readable-keys"]


def test_a_password_in_a_file_for_all_to_read(private: Settings) -> None:
    file = private.home / "kb.toml"
    file.write_text('smtp_password = "x"')
    file.chmod(0o644)
    mailing = replace(private, smtp_password="x")
    assert names(mailing) == ["readable-settings"]
    assert names(private) == []
    file.chmod(0o640)
    assert names(mailing) == []
    file.write_text('name = "Desk"')  # the password is a variable
    file.chmod(0o644)
    assert names(mailing) == []


def test_what_is_only_said(private: Settings) -> None:
    behind = replace(private, https=True, host="0.0.0.0")
    assert any("KB_HOST=0.0.0.0" in one for one in safety.doubts(behind))
    assert any("root" in one for one in safety.doubts(private)) is (os.geteuid() == 0)


def test_every_name_is_found_here_and_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in RISKS:
        assert f"| `{name}` |" in page
