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

from playwright.sync_api import sync_playwright

HOW = "install chromium or Chrome, or run .venv/bin/playwright install --with-deps chromium"
# How it is started: it looks for nothing outside this machine.
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_NAMES = "chromium chromium-browser google-chrome google-chrome-stable chrome".split()
_ON_MAC = ("Google Chrome", "Chromium")
_DRIVER = (sys.executable, "-m", "playwright")


@cache
def found() -> str | None:
    """The path of a browser that starts and can be driven, or None."""
    if not _runs(*_DRIVER, "--version"):
        return None
    on_path = [shutil.which(name) for name in _NAMES]
    on_mac = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in _ON_MAC]
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    paths = (path for path in [*on_path, *on_mac, own] if path)
    return next((path for path in paths if _runs(path, "--version")), None)


def _runs(*command: str) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, timeout=60).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Try to get one; what fails says why on its own, and nothing is raised."""
    if os.geteuid() == 0 and _is_debian():
        apt = ["apt-get", "--quiet", "--yes", "--no-install-recommends"]
        _try([*apt, "update"])
        if _try([*apt, "install", "chromium", "libatomic1"]):  # the driver needs the second
            return
    _try([*_DRIVER, "install", "chromium"])


def _is_debian() -> bool:
    # Not Ubuntu: its package of that name needs snap, which a container has not.
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def _try(command: list[str]) -> bool:
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
