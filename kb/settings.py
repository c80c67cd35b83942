"""One frozen Settings, read once from KB_* variables and kb.toml; a wrong one says so and stops."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from kb.discreet import Discreet


class SettingsError(ValueError):
    """A setting that cannot be used. Its text is one sentence: what, where, what to do."""


class NoContent(SettingsError):
    """There is no content folder yet. `folder` is where it would be."""

    def __init__(self, folder: Path, named_by: str) -> None:
        super().__init__(f"{named_by}: there is no folder {folder}; create it or name another.")
        self.folder = folder


class Settings(Discreet, frozen=True):
    """Everything that differs from one installation to the next (docs/settings.md).

    Precedence: KB_* variable, then KB_HOME/kb.toml, then the default. Relative paths are below
    `home`. `port` 1 to 65535, `workers` 1 to 64, `search_log_days` 0 (no log) to 3650,
    `audit_days` 0 (for good) to 36,500, `upload_mb` 1 to 15, `feedback_per_hour` 1 to 1,000,000,
    `pull_minutes` 0 (never) to 1440, `digest_hour` 0 to 23, `backup_hours` 0 (only when asked)
    to 720, `backups_kept` 1 to 1,000, `slow_search_ms` 0 (none is told) to 60,000.
    """

    hidden = frozenset({"smtp_password", "metrics_token"})

    home: Path
    content: Path
    search_index: Path
    database_url: str
    name: str = "Procedures"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    open_reading: bool = False
    https: bool = False
    demo: bool = False
    language: str = "english"
    encoder: str = ""
    search_log_days: int = 365
    audit_days: int = 730
    upload_mb: int = 5
    feedback_per_hour: int = 120
    pull_minutes: int = 0
    four_eyes: bool = False
    url: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    smtp_tls: str = "starttls"
    digest_hour: int = 7
    chat: bool = True
    chat_hosts: str = ""
    ticket_link: str = ""
    backup_folder: str = ""
    backup_hours: int = 24
    backups_kept: int = 14
    frame_hosts: str = ""
    offline: bool = True
    log_json: bool = False
    slow_search_ms: int = 500
    metrics_token: str = ""
    allow: str = ""

    @property
    def var(self) -> Path:
        """Database, secret key and logs."""
        return self.home / "var"

    @property
    def backups(self) -> Path | None:
        """Where backups are made by themselves; None where nobody has said."""
        if not self.backup_folder:
            return None
        return (self.home / Path(self.backup_folder).expanduser()).resolve()

    @property
    def allowed(self) -> frozenset[str]:
        """The names of what is unsafe and served all the same (kb/condition/safety.py)."""
        return frozenset(self.allow.replace(",", " ").split())

    @property
    def mount(self) -> str:
        """The path of `url`, below which the site is: "/kb", or "" for all of its host."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def framers(self) -> tuple[str, ...]:
        """The origins whose pages may show the site in a frame: of `frame_hosts`, by HTTPS."""
        named = [host.strip().rstrip("/").lower() for host in self.frame_hosts.split(",")]
        return tuple(host if "://" in host else f"https://{host}" for host in named if host)


def restoring_stage(var: Path) -> Path:
    """There as long as a backup is being restored, and after that was cut off."""
    return var / ".restoring"


LONGEST_LOG = 3650  # days
SHORTEST_TOKEN = 16  # characters
NO_ENCODER = "none"  # not even that of the extra
LANGUAGES = (
    "arabic armenian basque catalan czech danish dutch english esperanto estonian finnish french "
    "german greek hindi hungarian indonesian irish italian lithuanian nepali norwegian persian "
    "polish portuguese romanian russian serbian sesotho spanish swedish tamil turkish yiddish"
).split()
# The stemmer has these too, and they are not offered.
NO_LANGUAGE = {
    "porter": "the first version of the English stemmer, which makes more mistakes; write english",
    "dutch_porter": "half of what Dutch words go through here; write dutch",
}


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """Settings from `environ` and kb.toml; `folder` is the home unless KB_HOME names another.

    Raises SettingsError on an unknown or unusable value.
    """
    settings, source = _loaded(environ, folder)
    if not settings.content.is_dir():
        raise NoContent(settings.content, source.get("content", "content"))
    return settings


def load_empty(environ: Mapping[str, str], folder: Path) -> Settings:
    """As `load`, for a home that has no content yet."""
    return _loaded(environ, folder)[0]


def _loaded(environ: Mapping[str, str], folder: Path) -> tuple[Settings, dict[str, str]]:
    """The settings, and where each that was set stands."""
    home = Path(environ.get("KB_HOME") or folder).expanduser().resolve()
    if not home.is_dir():
        raise SettingsError(f"KB_HOME: there is no folder {home}; create it or name another.")
    written = {**_from_file(home / "kb.toml"), **_from_environ(environ)}
    values: dict[str, Any] = {
        "content": "content",
        "search_index": "search_index",
        "database_url": f"sqlite:///{home / 'var' / 'kb.sqlite3'}",
    }
    hints = get_type_hints(Settings)
    for name, (at, value) in written.items():
        values[name] = _converted(at, value, hints[name])
    for name in ("content", "search_index"):
        values[name] = (home / Path(values[name]).expanduser()).resolve()
    if values.get("encoder", NO_ENCODER) != NO_ENCODER:
        values["encoder"] = str((home / Path(values["encoder"]).expanduser()).resolve())
    source = {name: at for name, (at, _) in written.items()}
    return _checked(Settings(home=home, **values), source), source


def _names() -> list[str]:
    return [name for name in Settings.__struct_fields__ if name != "home"]


def _from_file(path: Path) -> dict[str, tuple[str, Any]]:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}; fix or remove it.") from error
    for name in written:
        if name not in _names():
            known = ", ".join(_names())
            raise SettingsError(f"{path}: there is no setting {name!r}; the settings are {known}.")
    return {name: (f"{path}: {name}", value) for name, value in written.items()}


def _from_environ(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    found = {}
    for variable, value in environ.items():
        if not variable.startswith("KB_") or variable == "KB_HOME":
            continue
        if _OF_KUBERNETES.fullmatch(variable) or (
            variable.endswith("_PORT") and _ADDRESS.match(value)
        ):
            continue
        name = variable.removeprefix("KB_").lower()
        if name not in _names():
            known = ", ".join(f"KB_{known.upper()}" for known in ["home", *_names()])
            raise SettingsError(f"There is no setting {variable}; the settings are {known}.")
        if value != "":
            found[name] = (variable, value)
    return found


def _converted(source: str, value: Any, kind: type) -> Any:
    if kind is bool:
        return _yes_or_no(source, value)
    if kind is int:
        try:
            return int(str(value))
        except ValueError:
            raise SettingsError(f"{source}: {value!r} is not a whole number.") from None
    return str(value)


def _yes_or_no(source: str, value: Any) -> bool:
    answers = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return answers[str(value).lower()]
    except KeyError:
        raise SettingsError(f"{source}: {value!r} is neither 1 nor 0.") from None


# What Kubernetes sets for services named kb or kb-…: of these nobody here knows.
_OF_KUBERNETES = re.compile(
    r"KB_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_ADDRESS = re.compile(r"(tcp|udp|sctp)://")
# What may stand in a policy and be held against the origin of a message: no path, no star.
_ORIGIN = re.compile(r"https?://[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?")
# Nothing that a browser, a proxy or a cookie would write in another way.
_MOUNT = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*")
_RANGES = {
    "port": (1, 65535, "is no port"),
    "workers": (1, 64, "workers cannot be"),
    "search_log_days": (0, LONGEST_LOG, "days cannot be"),
    "audit_days": (0, 36_500, "days cannot be"),
    "upload_mb": (1, 15, "MB cannot be"),
    "feedback_per_hour": (1, 1_000_000, "an hour cannot be"),
    "pull_minutes": (0, 1440, "minutes cannot be"),
    "smtp_port": (1, 65535, "is no port"),
    "digest_hour": (0, 23, "is no hour of the day"),
    "backup_hours": (0, 720, "hours cannot be"),
    "backups_kept": (1, 1000, "backups cannot be"),
    "slow_search_ms": (0, 60_000, "milliseconds cannot be"),
}
# Written with its driver, or as PostgreSQL's own programs write it.
POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")
# What the start refuses unless `allow` names it.
RISKS = (
    *("demo", "debug", "http", "http-frames"),
    *("database-password", "readable-keys", "readable-settings", "writable"),
)
TLS = ("starttls", "tls", "none")
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def _database_fault(url: str) -> str:
    """Why kb cannot work with that database; "" where it can. The URL may hold a password."""
    kind, found, _ = url.partition("://")
    if not found:
        return "is no database URL such as postgresql://kb@db.example/kb."
    if kind not in ("sqlite", *POSTGRESQL):
        return f"{kind}:// is no database for kb: SQLite and PostgreSQL are."
    if kind in POSTGRESQL and find_spec("psycopg") is None:
        return "PostgreSQL needs its driver: pip install 'kb[postgresql]'."
    return ""


def _checked(settings: Settings, source: dict[str, str]) -> Settings:
    def refuse(name: str, why: str) -> None:
        raise SettingsError(f"{source.get(name, name)}: {why}")

    for name, (least, most, what) in _RANGES.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            refuse(name, f"{value} {what}; choose {least} to {most}.")
    if why := NO_LANGUAGE.get(settings.language):
        refuse("language", f"{settings.language!r} is {why}.")
    if settings.language not in LANGUAGES:
        refuse("language", f"{settings.language!r} is not known; one of {', '.join(LANGUAGES)}.")
    if why := _database_fault(settings.database_url):
        refuse("database_url", why)
    if settings.backups is not None and settings.backups.is_relative_to(settings.content):
        refuse("backup_folder", "each backup would have all others in it; name a folder elsewhere.")
    for name, why in (*_mail_faults(settings), *_link_faults(settings), *_allowed_faults(settings)):
        refuse(name, why)
    return settings


def _mail_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """What of the settings for mail cannot be used: the setting and why."""
    address = urlsplit(settings.url)
    if settings.url and (address.scheme not in ("http", "https") or not address.hostname):
        yield "url", f"{settings.url!r} is no address; write it like https://kb.example.com."
    elif address.query or address.fragment or not _MOUNT.fullmatch(settings.mount):
        why = "behind its host name only a path like /kb may stand: letters, digits, - _ . ~"
        yield "url", f"{settings.url!r} is no address for a site: {why}"
    if settings.smtp_tls not in TLS:
        yield "smtp_tls", f"{settings.smtp_tls!r} is not known; one of {', '.join(TLS)}."
    if not settings.smtp_host:
        return
    if not settings.url:
        yield "smtp_host", "mails need links; say under which address the site is, as KB_URL."
    if "@" not in settings.smtp_from or " " in settings.smtp_from:
        why = f"{settings.smtp_from!r} is no e-mail address; say whom mails are from."
        yield "smtp_from", why
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        yield "smtp_user", "a user needs KB_SMTP_PASSWORD, and a password needs KB_SMTP_USER."
    open_to_all = settings.smtp_tls == "none" and settings.smtp_host not in _OWN_MACHINE
    if settings.smtp_password and open_to_all:
        yield "smtp_tls", "a password is not sent without TLS; choose starttls or tls."


def _link_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """Hosts that are none; addresses of tickets with no place for the number, or no web address."""
    for origin in settings.framers:
        if not _ORIGIN.fullmatch(origin):
            why = "is no host; write them like crm.example.com, desk.example.com:8443."
            yield "frame_hosts", f"{origin.removeprefix('https://')!r} {why}"
    form, written = settings.ticket_link, settings.ticket_link.replace("{ticket}", "1")
    address = urlsplit(written)
    usable = address.scheme in ("http", "https") and address.hostname and written != form
    if form and (not usable or any(sign in written for sign in '{} <>"')):
        why = "is no form of a ticket's address; write it like https://crm.example.com/t/{ticket}."
        yield "ticket_link", f"{form!r} {why}"


def _allowed_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """A token that lets anybody in; what nobody would refuse anyway, as it is misspelt."""
    if 0 < len(settings.metrics_token) < SHORTEST_TOKEN:
        yield "metrics_token", f"it can be guessed; write {SHORTEST_TOKEN} characters or more."
    for unknown in sorted(settings.allowed.difference(RISKS)):
        yield "allow", f"{unknown!r} is nothing that is refused; one of {', '.join(RISKS)}."
