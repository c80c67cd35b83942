"""Notices on their way out: by mail and by chat, as each person chose, once."""
