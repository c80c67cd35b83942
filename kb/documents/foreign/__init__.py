"""Documents of other programs: read as one tree, written as Markdown. Nothing is fetched or run."""
