"""Processes of this machine, as tests look at them: without ps and pgrep, which not all have."""

from __future__ import annotations

import os
from contextlib import suppress

import psutil


def children(pid: int, title: str = "") -> list[int]:
    """The direct children of a process whose command line holds `title`."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if title in " ".join(child.cmdline()):
                    found.append(child.pid)
    return found


def family(pid: int) -> list[int]:
    """It and all below it."""
    return [pid, *(below for child in children(pid) for below in family(child))]


def alive_in_group(group: int) -> list[int]:
    """The processes of a group, those apart that only wait to be noticed."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found
