"""Run by Alembic, on the connection that `schema` has opened and locked."""

from alembic import context

from textops.prediction_log.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    # SQLite can take tables back as well: half a step is none.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
