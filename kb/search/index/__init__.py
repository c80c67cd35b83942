"""The index on disk and in memory. The only Whoosh."""
