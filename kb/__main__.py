"""The `kb` command, which is also `python -m kb`."""

from __future__ import annotations

import gc
from importlib import import_module


def main() -> None:
    """Load everything, then do what was typed."""
    # What is loaded stays: looking through it for garbage would take a sixth of the time.
    gc.disable()
    app = import_module("kb.app")
    gc.freeze()
    gc.enable()
    app.main()


if __name__ == "__main__":
    main()
