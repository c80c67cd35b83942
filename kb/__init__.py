"""The procedures knowledge base: Markdown procedures, searched, owned and answered for."""
