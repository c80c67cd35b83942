"""Markdown as a safe page, as an outline and as links."""
