#!/usr/bin/env python
"""Is there a wheel of every locked package for every Python and machine that kb promises?

Asked of pip, with its own options for other platforms; nothing is installed, and only metadata is
fetched. pip reads the conditions of requirements ("only below Python 3.13") for the Python that it
runs on, so what each target needs in truth is worked out here from the same metadata.

    .venv/bin/python .ci/wheels.py requirements.lock [requirements-dev.lock ...]
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

AT_ONCE = 4  # questions to pip
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_GLIBC = range(34, 4, -1)  # 2.34 is that of Ubuntu 22.04 and Red Hat 9
_MACOS = range(14, 10, -1)  # 14 is the oldest that Apple still serves
# What pip calls the machines, and what markers call them.
MACHINES = {
    "Linux x86-64": (
        [*(f"manylinux_2_{minor}_x86_64" for minor in _GLIBC), "manylinux1_x86_64"],
        ("linux", "Linux", "x86_64"),
    ),
    "Linux arm64": (
        [f"manylinux_2_{minor}_aarch64" for minor in _GLIBC],
        ("linux", "Linux", "aarch64"),
    ),
    "macOS arm64": ([f"macosx_{major}_0_arm64" for major in _MACOS], ("darwin", "Darwin", "arm64")),
}


def main(locks: list[str]) -> int:
    """Ask for each lock, Python and machine; 1 if anything is lacking."""
    targets = list(itertools.product(locks, PYTHONS, MACHINES))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda target: list(_complaints(*target)), targets))
    for (lock, python, machine), complaints in zip(targets, answers, strict=True):
        print(f"{lock}, Python {python}, {machine}: {'; '.join(complaints) or 'all there'}")
    return int(any(answers))


def _complaints(lock: str, python: str, machine: str) -> Iterator[str]:
    """What is lacking there, a sentence each."""
    platforms = [f"--platform={name}" for name in MACHINES[machine][0]]
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
        command += ["--ignore-installed", "--only-binary=:all:", "--require-hashes"]
        command += [*platforms, f"--python-version={python}", f"--target={folder}/none"]
        command += [f"--report={told}", f"--requirement={lock}"]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode:
            yield " ".join(asked.stderr.split())
            return
        report = json.loads(told.read_text(encoding="utf-8"))
    yield from _unmet(report["install"], _environment(python, machine))


def _environment(python: str, machine: str) -> dict[str, str]:
    platform, system, processor = MACHINES[machine][1]
    return {
        **default_environment(),
        **{"python_version": python, "python_full_version": f"{python}.0"},
        **{"sys_platform": platform, "platform_system": system, "platform_machine": processor},
    }


def _unmet(packages: list[dict[str, Any]], environment: dict[str, str]) -> Iterator[str]:
    """What a locked package needs there and the lock has not, or has in another version."""
    locked = {canonicalize_name(one["metadata"]["name"]): one["metadata"] for one in packages}
    asked = [(name, "") for name in locked]
    for name, extra in asked:  # grows: a package may be wanted with extras
        for text in locked[name].get("requires_dist", []):
            wanted = Requirement(text)
            if wanted.marker and not wanted.marker.evaluate({**environment, "extra": extra}):
                continue
            its_name = canonicalize_name(wanted.name)
            if its_name not in locked:
                yield f"{name} needs {wanted.name} there, which is not locked"
                continue
            if not wanted.specifier.contains(locked[its_name]["version"], prereleases=True):
                yield f"{name} needs {wanted}, locked is {locked[its_name]['version']}"
            asked += [(its_name, one) for one in wanted.extras if (its_name, one) not in asked]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
