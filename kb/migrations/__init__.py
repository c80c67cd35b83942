"""How an older database is brought up to the tables of today, by Alembic."""
