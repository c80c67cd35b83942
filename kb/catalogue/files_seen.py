"""Who may see a file beside the procedures: whoever may read one that shows it."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.reading import folder_department
from kb.procedures.model import UNASSIGNED, Departments
from kb.procedures.visibility import Reader


class FilesSeen(Struct, frozen=True):
    """What one person may see of the pictures and documents, whether they are there or not."""

    catalogue: Catalogue
    departments: Departments
    reader: Reader

    def __contains__(self, file: str) -> bool:
        """What nothing shows (yet) is there for those who write in its folder's department."""
        shown = self.catalogue.shows(posixpath.normpath(file), self.reader)
        if shown is not None:
            return shown
        owner, writes = folder_department(file, self.departments), self.reader.drafts_of
        return owner in writes if owner != UNASSIGNED else bool(writes)
