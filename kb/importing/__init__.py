"""Tables of other programs brought in as procedures: read, mapped, shown, written, undone."""
