"""Brings a database to the newest schema with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

_ROOT = Path(__file__).parents[3]


def upgrade_database(database_url: str) -> None:
    """Run the migrations that are missing. Blocks; several processes may call it at once."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.attributes["url"] = make_url(database_url).set(drivername="postgresql+asyncpg")
    command.upgrade(config, "head")
