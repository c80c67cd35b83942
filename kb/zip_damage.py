"""What reading a damaged, odd or protected zip may raise, which no list of zipfile's own says."""

from __future__ import annotations

import lzma
import zipfile
import zlib

# The size that an entry claims may be no number, its kind of packing unknown, its password missing.
ZIP_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    KeyError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
