"""Mail over TLS: which certificates are taken, and that nothing is said to a stranger."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from kb.parts import Parts
from tests import needs
from tests.delivery.postoffice import (
    RITA,
    Office,
    deliver,
    mailing,
    open_office,
    states,
    tell,
)

Opened = Callable[..., AbstractContextManager[Office]]
WAYS = pytest.mark.parametrize("way", ["starttls", "tls"])
USER = {"KB_SMTP_USER": "kb", "KB_SMTP_PASSWORD": "open sesame"}


def certificate(folder: Path, name: str) -> Path:
    """A key and a self-signed certificate for that name, in one file."""
    needs.program("openssl", "install openssl")
    path, key = folder / f"{name}.pem", folder / f"{name}.key"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split()
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={name}"]
    out = ["-keyout", str(key), "-out", str(path)]
    subprocess.run([*made, *named, *out], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


@pytest.fixture
def offered() -> list[tuple[bytes, bytes]]:
    """Every name and password that the server was offered."""
    return []


@pytest.fixture
def secure(tmp_path: Path, offered: list[tuple[bytes, bytes]]) -> Opened:
    """A mail server that takes letters after TLS and the right password only."""

    def check(_server, _session, _envelope, _mechanism, given) -> AuthResult:
        offered.append((given.login, given.password))
        right = given.password == b"open sesame"
        return AuthResult(success=right, handled=right)

    def opened(way: str, name: str = "IP:127.0.0.1") -> AbstractContextManager[Office]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(tmp_path, name))
        if way == "tls":
            return open_office(ssl_context=context, authenticator=check, auth_require_tls=False)
        return open_office(
            tls_context=context, require_starttls=True, authenticator=check, auth_required=True
        )

    return opened


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have this machine trust the certificate of that name."""
    return lambda name: monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{name}.pem"))


def told(home: Path, port: int, way: str, **more: str) -> Parts:
    """A site that has a letter for Rita, and tried to hand it over."""
    site = mailing(home, port, KB_SMTP_TLS=way, **{**USER, **more})
    tell(site, RITA)
    deliver(site)
    return site


def fault(site: Parts) -> str:
    """What is shown to the administrators; the site is closed."""
    with site.engine.connect() as connection:
        said = connection.exec_driver_sql("SELECT error FROM deliveries").scalar_one()
    assert states(site) == ["queued"]
    site.let_go()
    return str(said)


@WAYS
def test_over_tls_with_the_password_letters_are_taken(
    way: str, mailed_home: Path, secure: Opened, trusted, offered
) -> None:
    with secure(way) as office:
        trusted("IP:127.0.0.1")
        site = told(mailed_home, office.port, way)
    assert len(office.taken) == 1
    assert set(offered) == {(b"kb", b"open sesame")}
    site.let_go()


@WAYS
def test_who_cannot_be_trusted_gets_neither_password_nor_letter(
    way: str, mailed_home: Path, secure: Opened, offered
) -> None:
    with secure(way) as office:
        site = told(mailed_home, office.port, way)
    assert "certificate is not trusted: self" in fault(site)
    assert (office.tried, offered) == (0, [])


@WAYS
def test_a_certificate_of_another_name_is_not_taken(
    way: str, mailed_home: Path, secure: Opened, trusted, offered
) -> None:
    with secure(way, "DNS:mail.example.com") as office:
        trusted("DNS:mail.example.com")
        site = told(mailed_home, office.port, way)
    assert "certificate is not trusted: IP address mismatch" in fault(site)
    assert (office.tried, offered) == (0, [])


@WAYS
def test_a_wrong_password_is_told_and_tried_again(
    way: str, mailed_home: Path, secure: Opened, trusted
) -> None:
    with secure(way) as office:
        trusted("IP:127.0.0.1")
        site = told(mailed_home, office.port, way, KB_SMTP_PASSWORD="close sesame")
    said = fault(site)
    assert "535" in said
    assert "sesame" not in said
    assert office.taken == []


def test_a_server_without_starttls_gets_no_password(mailed_home: Path, office: Office) -> None:
    site = told(mailed_home, office.port, "starttls")
    assert "STARTTLS" in fault(site)
    assert office.tried == 0
