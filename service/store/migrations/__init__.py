"""The schemas of the database, one after the other, and which of them a database has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from service.errors import SchemaError

FOLDER = Path(__file__).parent
# Our own name: other programs with Alembic have "alembic_version", and perhaps revisions named as ours are.
VERSION_TABLE = "needtag_version"


def is_current(connection: Connection, name: str, *, may_upgrade: bool) -> bool:
    """Say whether the database has this needtag's schema; False where it is empty, or older and may be so.

    Raises:
        SchemaError: its tables are not to be touched; `name` is what the error calls the database.
    """
    scripts = ScriptDirectory.from_config(_config())
    tables = set(inspect(connection).get_table_names())
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    found = set(context.get_current_heads()) if VERSION_TABLE in tables else set()
    if not found and tables - {VERSION_TABLE}:
        raise SchemaError(name, "holds tables that are not needtag's; give needtag a database of its own")
    if not all(map(is_known, found)):
        raise SchemaError(name, "was made by a newer needtag; install that one, or a later one")
    current = found == set(scripts.get_heads())
    if found and not current and not may_upgrade:
        raise SchemaError(name, "was made by an older needtag; run 'needtag db upgrade'")
    return current


def revision_of(connection: Connection) -> str:
    """Name the schema of a database that has one."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_heads()[0]


def is_known(revision: str) -> bool:
    """Say whether this needtag has a schema of this name."""
    return revision in {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring an empty or older database to a schema, this needtag's own if none is named.

    All of it is part of the connection's transaction.
    """
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> Config:
    config = Config()
    # A % would start a reference.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
