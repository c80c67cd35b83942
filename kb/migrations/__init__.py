"""How an older database is brought up to the tables of today, by Alembic.

A change of kb/database/ comes with a new file versions/NNNN_what.py, numbered on from the last;
a test compares what all of them make with the tables. Alembic writes a first draft:

    from alembic import command
    from alembic.config import Config
    from kb.database import connect, upgrade, writing
    from kb.resources import MIGRATIONS

    engine = connect("sqlite:///draft.sqlite3")
    upgrade(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine, "migrations") as config.attributes["connection"]:
        command.revision(config, "What changes", autogenerate=True, rev_id="NNNN")

A version that was released is not changed any more.
"""
