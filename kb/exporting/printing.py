"""A book as PDF, by WeasyPrint in a process of its own that may die.

WeasyPrint takes some 1.5 MB of memory a page, and calls libraries written in C; neither may cost
the background worker. Run as a program it prints one file: kb/exporting/printing.py SOURCE TARGET.
"""

from __future__ import annotations

import importlib.util
import resource
import subprocess
import sys
from ctypes.util import find_library
from functools import cache
from pathlib import Path

MOST_LETTERS = 1_500_000  # of HTML in one file: some 400 pages, 700 MB
_MEMORY = 3_000_000_000  # bytes of address space
_SECONDS = 600
_NO_PANGO = 3  # the exit code
MISSING = (
    "PDF needs WeasyPrint (pip install weasyprint) and the Pango library of the system (on Debian "
    "and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0). Until then print the HTML book "
    "from a browser."
)


class NotPrinted(Exception):
    """Its text is a sentence that says why and what to do."""


@cache
def printable() -> bool:
    """Is all there that a PDF needs?"""
    there = importlib.util.find_spec("weasyprint") is not None
    return there and find_library("pango-1.0") is not None


def printed(source: Path, target: Path, *, seconds: float = _SECONDS) -> None:
    """The HTML file as PDF. Raises NotPrinted."""
    if not printable():
        raise NotPrinted(MISSING)
    command = [sys.executable, "-m", __name__, str(source), str(target)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        target.unlink(missing_ok=True)
        raise NotPrinted(
            f"The PDF took longer than {seconds:.0f} seconds: take a department at a time, or "
            "print the HTML book from a browser."
        ) from error
    if done.returncode:
        target.unlink(missing_ok=True)
        if done.returncode == _NO_PANGO:
            raise NotPrinted(MISSING)
        last = (done.stderr.strip().splitlines() or ["it was ended from outside"])[-1][:200]
        raise NotPrinted(
            f"The PDF could not be made ({last}): take a department at a time, or print the HTML "
            "book from a browser."
        )


def _print(source: str, target: str) -> int:
    limit = (_MEMORY, resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, limit)
    try:
        import weasyprint  # only here: it loads Pango
    except OSError:
        return _NO_PANGO
    from weasyprint.urls import URLFetcher

    nothing_outside = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    text = Path(source).read_text(encoding="utf-8")
    made = weasyprint.HTML(string=text, url_fetcher=nothing_outside, base_url="book:/")
    # Without the hints a list that begins with 3 is printed from 1.
    made.write_pdf(target, presentational_hints=True, optimize_images=True)
    return 0


if __name__ == "__main__":
    sys.exit(_print(*sys.argv[1:3]))
