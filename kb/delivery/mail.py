"""Handing letters to a mail server: the only module that speaks SMTP.

What matters is the moment from which the server may have taken a letter: it is told before.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy

from kb.delivery.errors import Away, NotTaken, Refused, Unclear
from kb.discreet import Discreet

TIMEOUT = 15.0  # seconds for each answer of the server
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)
_LONGEST_REASON = 300


class _Headers(EmailPolicy):
    """Long addresses stay whole: folded at 78 they would be encoded, and no program reads that."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as bytes."""
        usual = SMTPUTF8 if self.utf8 else SMTP
        return (usual.clone(max_line_length=998) if value.isascii() else usual).fold_binary(
            name, value
        )


class MailServer(Discreet, frozen=True):
    """Where letters are handed over. `tls` is "starttls", "tls" or "none"."""

    hidden = frozenset({"password"})

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    timeout: float = TIMEOUT


class Post:
    """One connection, made when it is needed; not for several threads at once."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._open: smtplib.SMTP | None = None

    def send(self, letter: EmailMessage, address: str, before_end: Callable[[], None]) -> None:
        """Hand it over. Raises Away, Refused, Unclear.

        `before_end` is called when the whole text is with the server but for the end mark:
        before, the server cannot have taken it; what it raises ends the matter without.
        """
        done = False
        try:
            connection = self._connected()
            self._offer(connection, letter, address)
            before_end()
            self._finish(connection)
            done = True
        except (Away, Refused, Unclear):
            raise
        except OSError as error:  # also every SMTPException, and what before_end says
            raise Away(_said(error)) from error
        finally:
            if not done:
                self._drop()

    def close(self) -> None:
        """Take leave of the server."""
        connection, self._open = self._open, None
        if connection is not None:
            try:
                connection.quit()
            except OSError:
                connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._open is None:
            connection = self._open = _connection(self.server)
            if self.server.tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.server.user:
                connection.login(self.server.user, self.server.password)
            connection.ehlo_or_helo_if_needed()
        return self._open

    def _offer(self, connection: smtplib.SMTP, letter: EmailMessage, address: str) -> None:
        wide = not address.isascii()
        if wide and not connection.has_extn("smtputf8"):
            raise Refused(f"the mail server takes no address like {address}")
        code, said = connection.mail(self.server.sender, ["SMTPUTF8"] if wide else [])
        if code != 250:
            raise Away(_answer("does not take mail from us", code, said))
        code, said = connection.rcpt(address)
        if code not in (250, 251):
            raise _refusal(code, said)
        code, said = connection.docmd("DATA")
        if code != 354:
            raise _refusal(code, said)
        text = letter.as_bytes(policy=_Headers(linesep="\r\n", utf8=wide))
        connection.send(_LINE_WITH_DOT.sub(b"..", text.rstrip(b"\r\n") + b"\r\n"))

    def _finish(self, connection: smtplib.SMTP) -> None:
        try:
            connection.send(b".\r\n")
            code, said = connection.getreply()
        except OSError as error:
            raise Unclear(f"the connection ended at the last moment: {_said(error)}") from error
        if code != 250:
            raise _refusal(code, said)

    def _drop(self) -> None:
        """The connection is in no state to go on with."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()


def _connection(server: MailServer) -> smtplib.SMTP:
    # With a host, smtplib connects at once; without, its timeout would not be kept.
    if server.tls == "tls":
        # Without a context, smtplib would take any certificate.
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _refusal(code: int, said: bytes) -> NotTaken:
    if code == 421:
        return Away(_answer("closes", code, said))
    return Refused(_answer("does not take this letter", code, said))


def _answer(what: str, code: int, said: bytes) -> str:
    words = " ".join(said.decode("utf-8", "replace").split())
    return f"the mail server {what}: {code} {words}"[:_LONGEST_REASON]


def _said(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _answer("says no", error.smtp_code, said if isinstance(said, bytes) else b"")
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the mail server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "the mail server does not answer"
    words = error.strerror or str(error) or type(error).__name__
    return f"the mail server cannot be reached: {words}"[:_LONGEST_REASON]
