"""The browser of the browser tests: the one that is there, or one that can be installed.

`python -m tests.browser.chromium` installs one where it may: Debian's package as root, else
Playwright's own build. Where neither is possible, the browser tests are left out.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

HOW = "install chromium or Chrome, or run .venv/bin/playwright install --with-deps chromium"
_NAMES = "chromium chromium-browser google-chrome google-chrome-stable chrome".split()
_ON_MAC = ("Google Chrome", "Chromium")


@cache
def found() -> str | None:
    """The path of a browser that starts, or None."""
    on_path = [shutil.which(name) for name in _NAMES]
    on_mac = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in _ON_MAC]
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return next((path for path in [*on_path, *on_mac, own] if path and _starts(path)), None)


def _starts(path: str) -> bool:
    if not Path(path).is_file():
        return False
    try:
        return not subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Try to get one; what fails says why on its own, and nothing is raised."""
    if os.geteuid() == 0 and _is_debian():
        apt = "apt-get --quiet --yes --no-install-recommends".split()
        _run([apt[0], "--quiet", "update"])
        if _run([*apt, "install", "chromium"]):
            return
    _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _is_debian() -> bool:
    # Not Ubuntu: its package of that name needs snap, which a container has not.
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def _run(command: list[str]) -> bool:
    print(f"  {' '.join(command)}", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    except OSError as error:
        print(f"  {error}", flush=True)
        return False
    if done.returncode:
        print(f"  not possible here: {done.stderr.strip().splitlines()[-1:]}", flush=True)
    return not done.returncode


def main() -> None:
    """Say within a second what is done, and in the end what is there."""
    if found():
        return
    print("No browser yet: getting one for the browser tests takes a minute or two.", flush=True)
    install()
    found.cache_clear()
    print(f"Browser: {found() or f'none, so its tests are left out; {HOW}'}", flush=True)


if __name__ == "__main__":
    main()
