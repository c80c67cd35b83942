"""What a file most likely is: its sheets, and its documents. Pure."""

from __future__ import annotations

from kb.importing.guessing.columns import guess_sheet
from kb.importing.mapping import FileMapping, PageMapping
from kb.importing.pages.splitting import guessed_level
from kb.importing.sheets import Workbook


def guess(workbook: Workbook) -> FileMapping:
    """What every sheet and every document of it most likely is."""
    pages = workbook.documents.pages
    alone = len(pages) == 1
    return FileMapping(
        workbook.name,
        tuple(map(guess_sheet, workbook.sheets)),
        tuple(
            PageMapping(
                page.name, page.title, guessed_level(page, alone=alone), not page.why, page.why
            )
            for page in pages
        ),
    )
