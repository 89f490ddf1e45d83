"""Run by Alembic: migrations happen in the transaction of the connection they are given."""

from alembic import context

from wardline.stores.relational.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
