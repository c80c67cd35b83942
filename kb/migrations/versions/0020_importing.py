"""Files on their way in, where their rows went, and the field that names a procedure's source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup."""
    op.add_column("procedures", sa.Column("source", sa.Text(), nullable=True))
    op.create_index(op.f("ix_procedures_source"), "procedures", ["source"])
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_imports_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_person_id_at"), "imports", ["person_id", "at"])
    op.create_table(
        "imported",
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("commit", "source", name=op.f("pk_imported")),
    )
    op.create_index(op.f("ix_imported_procedure_id"), "imported", ["procedure_id"])
    op.create_index(op.f("ix_imported_source"), "imported", ["source"])
    # All files are read once more: those that are there may have the field already.
    op.execute("DELETE FROM catalogue_state WHERE name = 'departments'")
