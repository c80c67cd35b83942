"""What would be unsafe to serve: refused at the start, each by a name that it is allowed by."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from kb.settings import Settings, SettingsError

_GUESSED = frozenset({"postgres", "password", "secret", "changeme", "example", "kb", "admin"})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NO = frozenset({"", "0", "false", "no"})


class Risk(Struct, frozen=True):
    """`name`, by which KB_ALLOW lets it pass; what is set, why that is unsafe, what to do."""

    name: str
    setting: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.why}; {self.remedy}, or set KB_ALLOW={self.name}."


def ensure_safe(settings: Settings, environ: Mapping[str, str]) -> None:
    """Raise SettingsError for what is unsafe and not allowed, all of it at once."""
    found = [one for one in risks(settings, environ) if one.name not in settings.allowed]
    if found:
        raise SettingsError("\n    ".join(["This is not safe to serve.", *map(str, found)]))


def risks(settings: Settings, environ: Mapping[str, str]) -> Iterator[Risk]:
    """Every unsafe setting there is, allowed or not."""
    for look in (_demo, _debug, _plain_http, _plain_frames):
        yield from look(settings, environ)
    for look_at_disk in _ON_DISK:
        yield from look_at_disk(settings)


def doubts(settings: Settings) -> Iterator[str]:
    """What is served all the same, and said."""
    if os.geteuid() == 0:
        yield "kb runs as root: a user of its own could harm nothing but its home."
    if settings.https and not _is_local(settings.host):
        yield (
            f"KB_HTTPS=1 and KB_HOST={settings.host}: whoever reaches this port without the proxy "
            "can claim any address. Let nobody but the proxy reach it."
        )


def _demo(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Risk]:
    if settings.demo and _open_to(settings):
        why = f"everybody knows the demo passwords, and {_open_to(settings)} lets others in"
        yield Risk("demo", "KB_DEMO=1", why, "leave it out")


def _debug(settings: Settings, environ: Mapping[str, str]) -> Iterator[Risk]:
    if environ.get("FLASK_DEBUG", "").lower() not in _NO and _open_to(settings):
        why = (
            f"errors are shown with what the program knew, and {_open_to(settings)} lets others in"
        )
        yield Risk("debug", "FLASK_DEBUG", why, "unset it")


def _plain_http(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Risk]:
    if not settings.https and _open_to(settings):
        why = "passwords and sessions would cross the network for all to read"
        remedy = "put a proxy with HTTPS in front and set KB_HTTPS=1"
        yield Risk("http", _open_to(settings), why, remedy)


def _plain_frames(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Risk]:
    for origin in settings.framers:
        address = urlsplit(origin)
        if address.scheme == "http" and not _is_local(address.hostname or ""):
            why = "whoever is in its network can change the page that holds the site"
            remedy = "name it without http://, for HTTPS"
            yield Risk("http-frames", f"KB_FRAME_HOSTS={origin}", why, remedy)


def _guessed_password(settings: Settings) -> Iterator[Risk]:
    address = urlsplit(settings.database_url)
    password = unquote(address.password or "").lower()
    if password and password in _GUESSED | {unquote(address.username or "").lower()}:
        why = "the password of the database is the first that anybody tries"
        yield Risk("database-password", "KB_DATABASE_URL", why, "give it another one")


def _readable_secrets(settings: Settings) -> Iterator[Risk]:
    """What kb could not keep private itself, as the file is another user's."""
    for name in ("secret_key", "log_key"):
        path = settings.var / name
        if _mode(path) & _OTHERS and _mode(settings.var) & _OTHERS:
            why = "others on this machine can read it, and sign in as anybody"
            yield Risk("readable-keys", str(path), why, f"chmod 600 {path}")
    file = settings.home / "kb.toml"
    passwords = (settings.smtp_password, settings.metrics_token)
    secret = any(passwords) or urlsplit(settings.database_url).password
    if secret and _mode(file) & stat.S_IROTH and _holds_password(file):
        why = "everybody on this machine can read the password in it"
        yield Risk("readable-settings", str(file), why, f"chmod 640 {file}")


def _writable_folders(settings: Settings) -> Iterator[Risk]:
    for folder in dict.fromkeys((settings.home, settings.content)):
        if _mode(folder) & stat.S_IWOTH:
            why = "everybody on this machine can put other files in its place"
            yield Risk("writable", str(folder), why, f"chmod o-w {folder}")


_ON_DISK: tuple[Callable[[Settings], Iterator[Risk]], ...] = (
    _guessed_password,
    _readable_secrets,
    _writable_folders,
)


def _open_to(settings: Settings) -> str:
    """The setting by which other machines reach the site; "" where none can."""
    if not _is_local(settings.host):
        return f"KB_HOST={settings.host}"
    host = urlsplit(settings.url).hostname
    return f"KB_URL={settings.url}" if host and not _is_local(host) else ""


def _is_local(host: str) -> bool:
    """Is it this machine alone?"""
    return host in ("::1", "localhost") or host.endswith(".localhost") or host.startswith("127.")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # not there, or not ours to look at
        return 0


def _holds_password(file: Path) -> bool:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return False
    return any(name in text for name in ("smtp_password", "database_url", "metrics_token"))
