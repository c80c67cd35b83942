"""An edit on its way in: files and history first, the catalogue next, the index last."""
