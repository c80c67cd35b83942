"""What the web server writes down of each request: no word that was searched for, no secret link.

The file is turned over by the background worker (kb/worker/log_files.py); whoever writes to it
notices.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from logging import FileHandler, LogRecord
from logging.handlers import WatchedFileHandler
from typing import Any

from gunicorn.glogging import Logger

FORMAT = '%(h)s %(t)s "%(r)s" %(s)s %(b)s %(M)sms %(id)s'
JSON = "json"  # in the place of a format: each line is an object
_ID = "{x-request-id}o"  # as it went out with the answer
_NAMED = {
    "time": "t",
    "address": "h",
    "line": "r",
    "status": "s",
    "bytes": "b",
    "ms": "M",
    "request": "id",
}
# Whoever has such an address may do what it stands for, below whatever path the site is.
_SECRET = re.compile(r"^(.*?/)(unsubscribe|reset|invitation|password)/.*", re.IGNORECASE)


class AccessLog(Logger):
    """gunicorn's, without what stands behind the question mark, and without where people came
    from, which is such an address as well."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn does, with files that may be renamed meanwhile."""
        super().setup(cfg)
        for old in [one for one in self.access_log.handlers if type(one) is FileHandler]:
            new = _Patient(old.baseFilename)
            new.setFormatter(old.formatter)
            vars(new)["_gunicorn"] = True  # by which it finds its own
            self.access_log.removeHandler(old)
            self.access_log.addHandler(new)
            old.close()

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What a line may be made of."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = without_secrets(str(environ.get("RAW_URI", "")))
        method, protocol = environ.get("REQUEST_METHOD"), environ.get("SERVER_PROTOCOL")
        wanted = ("h", "t", "s", "b", "M")
        known = {name: found[name] for name in wanted} | {"id": found.get(_ID, "-")}
        return known | {"r": f"{method} {path} {protocol}"}

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write a line, as text or as JSON."""
        if self.cfg.access_log_format != JSON:
            super().access(resp, req, environ, request_time)
        elif self.access_log_enabled:
            atoms = self.atoms(resp, req, environ, request_time)
            told = {named: atoms[name] for named, name in _NAMED.items()}
            self.access_log.info("%s", json.dumps(told))


class _Patient(WatchedFileHandler):
    """While its folder is away, answers are given and not written down."""

    def emit(self, record: LogRecord) -> None:
        """Write the line where that can be done."""
        with suppress(OSError):
            super().emit(record)


def without_secrets(address: str) -> str:
    """An address as it may be written down."""
    return _SECRET.sub(r"\1\2/-", address.partition("?")[0])
