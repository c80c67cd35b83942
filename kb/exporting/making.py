"""One export made, as a zip, a workbook or a book: whole under its name or not at all."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from kb.documents.text.plain_text import slug
from kb.exporting.book import Binding, Book
from kb.exporting.printing import MOST_LETTERS, printed
from kb.exporting.selecting import Scope
from kb.exporting.tabulating import Tabulating
from kb.exporting.zipping import Progress, Zipping


class ExportForm(StrEnum):
    """As what it is taken out; the value is the file's ending."""

    ZIP = "zip"
    WORKBOOK = "xlsx"
    HTML = "html"
    PDF = "pdf"


class Making(Struct, frozen=True):
    """All ways out."""

    zipping: Zipping
    tabulating: Tabulating
    binding: Binding

    def make(
        self, form: ExportForm, scope: Scope, target: Path, now: datetime, progress: Progress
    ) -> str:
        """Write `target`; returns its ending: a PDF of many pages is a zip of one a department.

        Raises OSError, NotPrinted; then there is no such file.
        """
        with _beside(target) as place:
            if form is ExportForm.ZIP:
                self.zipping.write(place, scope, now, progress)
            elif form is ExportForm.WORKBOOK:
                self.tabulating.write(place, scope, progress)
            else:
                book = self.binding.book(scope, now.date(), progress)
                if form is ExportForm.PDF:
                    return self._print(book, place, progress)
                place.write_text(self.binding.html(book), encoding="utf-8")
        return form.value

    def _print(self, book: Book, target: Path, progress: Progress) -> str:
        volumes = book.volumes(MOST_LETTERS)
        if len(volumes) == 1:
            self._volume(book, target)
            return ExportForm.PDF.value
        with (
            zipfile.ZipFile(target, "w") as archive,
            tempfile.TemporaryDirectory(dir=target.parent) as folder,
        ):
            for done, volume in enumerate(volumes):
                progress(done, len(volumes))
                file = Path(folder) / "volume.pdf"
                self._volume(volume, file)
                number = volume.chapters[0].number
                archive.write(file, f"{number:02}-{slug(volume.about) or 'department'}.pdf")
        return ExportForm.ZIP.value

    def _volume(self, book: Book, target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            source = Path(folder) / "book.html"
            source.write_text(self.binding.html(book), encoding="utf-8")
            printed(source, target)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place for the file until it is whole."""
    place = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        place.touch(mode=0o600)
        yield place
        place.replace(target)
    finally:
        place.unlink(missing_ok=True)
