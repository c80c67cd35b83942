"""`python -m bench.importing [ROWS]`: a workbook brought into a copy of the sample company.

Printed are seconds on the clock and of the processor, and the most memory that a process held, for
`kb import --dry-run`, for the import itself, and for a second run of the same workbook; then the
95th percentile of a search page without and during an import from the page **Bring in**, by turns.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import date, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import corpus, load, site

CONTENT = Path(__file__).resolve().parent.parent / "content"
_HEADER = (
    "No.", "Question", "Answer", "Other answer", "Keywords", "Category", "Department", "Owner",
    "Last checked", "Link", "Code", "Remark",
)  # fmt: skip
_TEAMS = ("Orders", "Shipping", "Returns", "Billing", "Accounts")
_EMAIL, _PASSWORD = "ada@kb.example", "correct horse battery"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TURNS = 2
_SECONDS = 15.0
_PAUSE = 0.1


def main() -> None:
    """Print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as name:
        home = Path(name)
        shutil.copytree(CONTENT, home / "content")
        (home / "desk.xlsx").write_bytes(workbook(rows))
        site.timed(home, "index")
        print(f"{rows:,} rows; of 1, 5 and 15 minutes the load is {os.getloadavg()}")
        for told, more in (("preview", ["--dry-run"]), ("written", []), ("second run", [])):
            print(f"{told}: {_run(home, 'import', *more, str(home / 'desk.xlsx'))}")
        _meanwhile(home, rows)


def workbook(rows: int, seed: int = 19) -> bytes:
    """Questions with steps in a cell, links, bold words, hidden rows, in 12 columns."""
    import io

    import openpyxl
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    rng = random.Random(seed)
    words = corpus.vocabulary(rng)
    weights = [1 / (rank + 3) for rank in range(len(words))]

    def said(many: int) -> str:
        return " ".join(rng.choices(words, weights, k=many))

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(_HEADER)
    for nth in range(rows):
        steps = "\n".join(f"{step}. {said(12).capitalize()}." for step in range(1, 6))
        address = f"https://intranet.example/{nth}"
        sheet.append(
            [
                nth + 1,
                f"{said(5).capitalize()} {rng.choice(words)}?",
                CellRichText("1. ", TextBlock(InlineFont(b=True), "Never"), f" {said(20)}.")
                if nth % 10 == 0
                else steps,
                None if nth % 4 else f"By chat: {said(12)}.",
                ", ".join(rng.choices(words, k=3)),
                f"Group {nth % 20}",
                _TEAMS[nth % len(_TEAMS)],
                f"owner{nth % 30}@example.org",
                date(2026, 10, 1) + timedelta(days=nth % 28),
                address,
                f"{nth:04d}",
                None if nth % 3 else said(6),
            ]
        )
        if nth % 5 == 0:
            sheet.cell(nth + 2, 10).hyperlink = f"{address}#part"
        sheet.row_dimensions[nth + 2].hidden = nth % 50 == 49
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _run(home: Path, *command: str) -> str:
    """One command as a whole process, with those that it starts."""
    began = time.perf_counter()
    output = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "kb", *command],
        site.environ(home),
        file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)],
    )
    _, status, used = os.wait4(pid, 0)
    os.close(output)
    if status:
        raise RuntimeError(f"kb {command[0]} failed")
    took, processor = time.perf_counter() - began, used.ru_utime + used.ru_stime
    return f"{took:.1f} s, {processor:.1f} s of processor, {used.ru_maxrss / 1024:.0f} MB"


def _meanwhile(home: Path, rows: int) -> None:
    """Searches without an import and during one, by turns, each of a workbook of its own."""
    person = ("--name", "Ada", "--role", "administrator", "--password", _PASSWORD)
    site.timed(home, "person", "add", _EMAIL, *person)
    words = ("refund", "parcel", "invoice", "address", "delay")
    paths = [f"/search?q={word}" for word in words]
    with site.serving(home) as served:
        served.at_rest()
        visitor = _Visitor(served.port)
        for turn in range(_TURNS):
            alone = load.run(served.port, paths, 2, _SECONDS, pause=_PAUSE)
            raw = workbook(rows, seed=30 + turn)
            began = time.perf_counter()
            work = threading.Thread(target=visitor.bring_in, args=(f"desk-{turn}.xlsx", raw))
            work.start()
            during = load.run(served.port, paths, 2, _SECONDS, pause=_PAUSE)
            work.join()
            print(
                f"a search, 95th percentile: {alone.p95:.0f} ms alone, {during.p95:.0f} ms during "
                f"an import of {time.perf_counter() - began:.0f} s; "
                f"{alone.failed + during.failed} failed"
            )
            served.at_rest()


class _Visitor:
    """An administrator who brings a workbook in by the pages."""

    def __init__(self, port: int) -> None:
        self._site = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self._sent("/sign-in", "/sign-in", {"email": _EMAIL, "password": _PASSWORD})

    def bring_in(self, name: str, raw: bytes) -> None:
        """Choose the file, look at the preview, and press the button."""
        address, _page = self._upload(name, raw)
        preview = f"{address}/preview"
        self._sent(preview, f"{address}/writing", {})

    def _sent(self, page: str, form: str, fields: dict[str, str]) -> tuple[str, str]:
        token = _TOKEN.search(self._asked(page)[1])
        if token is None:
            raise RuntimeError(f"no form on {page}")
        return self._asked(form, urlencode({**fields, "csrf_token": token[1]}).encode())

    def _upload(self, name: str, raw: bytes) -> tuple[str, str]:
        token = _TOKEN.search(self._asked("/imports")[1])
        if token is None:
            raise RuntimeError("no form to bring a file in by")
        edge = b"--part\r\nContent-Disposition: form-data; "
        field = edge + b'name="csrf_token"\r\n\r\n' + token[1].encode() + b"\r\n"
        file = edge + f'name="file"; filename="{name}"\r\n\r\n'.encode() + raw
        body = field + file + b"\r\n--part--\r\n"
        return self._asked("/imports", body, "multipart/form-data; boundary=part")

    def _asked(
        self, path: str, body: bytes | None = None, kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[str, str]:
        """The path to which it led, and the page."""
        asked = urllib.request.Request(self._site + path, body)
        if body is not None:
            asked.add_header("Content-Type", kind)
            asked.add_header("Referer", self._site + path)
        with self._opener.open(asked, timeout=600) as answer:
            return answer.url.removeprefix(self._site), answer.read().decode()


if __name__ == "__main__":
    main()
