"""Changing procedures: save, create, rename, move, retire, erase. Files, history, then search."""
