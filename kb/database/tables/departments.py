"""Tables of departments: how each stood on earlier days."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table

from kb.database.schema import metadata

# What nothing else remembers: how a department stood on a day (kb/departments/sql/day_book.py).
department_days = Table(
    "department_days",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("published", Integer, nullable=False),
    Column("promised", Integer, nullable=False),  # published ones that have a review date
    Column("overdue", Integer, nullable=False),
    Column("due_soon", Integer, nullable=False),
    Column("drafts", Integer, nullable=False),
    Column("submissions", Integer, nullable=False),
    Column("faulty", Integer, nullable=False),  # files
    Column("broken_finds", Integer, nullable=False),  # search tests
    Column("open_items", Integer, nullable=False),
    Column("late_items", Integer, nullable=False),
)
