"""What becomes of files and rows that were taken out here: each against its file as it is now."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from kb.documents.settings_files.departments import parse_departments
from kb.documents.settings_files.names import DEPARTMENTS_FILE
from kb.importing.guessing.personal_data import found_in
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit
from kb.importing.proposed import ImportPreview
from kb.importing.proposing import Proposing
from kb.importing.returning.returned_files import FilesComingBack
from kb.importing.returning.returned_rows import RowsComingBack
from kb.importing.returning.rows import other_sheets, returned_rows
from kb.importing.sheets import Workbook
from kb.procedures.model import Departments


class ComingBack(Struct, frozen=True):
    """Looks at it and at what is there; changes nothing."""

    proposing: Proposing

    def preview(
        self, workbook: Workbook, mapping: FileMapping, permit: Permit, today: date
    ) -> ImportPreview:
        """What would be, for who has that permit."""
        departments = self._departments(workbook, permit)
        archive = FilesComingBack(self.proposing, mapping, permit, departments)
        rows = RowsComingBack(self.proposing, mapping, permit, departments)
        files = [*archive.files(workbook.returned), *rows.files(returned_rows(workbook))]
        looked_at = self.proposing.looked_at(files, departments, permit, today)
        others = [f"The sheet “{name}” was not taken out here." for name in other_sheets(workbook)]
        return ImportPreview(
            mapping,
            tuple(looked_at),
            tuple(rows.left_out),
            (*workbook.noticed, *others, *archive.noticed),
            {},
            (),
            found_in(()),
            beside=tuple(archive.beside),
        )

    def _departments(self, workbook: Workbook, permit: Permit) -> Departments:
        """Those of here; where there are none yet, those that come back."""
        here = self.proposing.storage.library.departments_source()
        sources = [one.raw for one in workbook.returned if one.path == DEPARTMENTS_FILE]
        if sources and permit.restores and not here:
            return parse_departments(sources[0])
        return self.proposing.publishing.departments()
