"""What Alembic runs to bring a database up; the connection is handed in, within a transaction."""

from alembic import context

from service.store.migrations import VERSION_TABLE

# SQLite's changes of tables are part of a transaction too, in one that was begun in words, as ours are.
context.configure(
    connection=context.config.attributes["connection"], version_table=VERSION_TABLE, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
