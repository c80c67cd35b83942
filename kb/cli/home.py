"""What stands in the home folder, and what kb makes there: said before anything is made."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kb.resources import SAMPLE

BEGINNINGS = """\
  kb serve --demo           begins with a sample company to try, in content/
  kb serve --content PATH   serves any folder of Markdown as it is
  mkdir content             begins with nothing; then kb serve"""


def introduction() -> str:
    """What is where and what is made, for whoever types `kb` and nothing else."""
    home = Path(os.environ.get("KB_HOME") or Path.cwd()).expanduser().resolve()
    lines = [f"Home: {home} (another: KB_HOME)"]
    for name, what in (
        ("content", "the procedures, one Markdown file each; yours"),
        ("search_index", "made by kb, and again whenever it is deleted"),
        ("var", "made by kb: database, keys, versions, logs; back it up with content/"),
    ):
        there = "there" if (home / name).exists() else "not yet"
        lines.append(f"  {name + '/':<14} {there:<8} {what}")
    if not (home / "content").exists():
        lines += ["", "To begin:", BEGINNINGS]
    return "\n".join(lines)


def take_sample(content: Path) -> None:
    """Put the sample company's procedures into `content`, which does not exist; all or nothing."""
    beside = content.with_name(content.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(SAMPLE, beside)
    beside.rename(content)
