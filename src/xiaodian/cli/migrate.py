"""`xiaodian migrate`: bring the database to the newest schema."""

import argparse

from xiaodian.infra.embedded.engines import EmbeddedEngines
from xiaodian.infra.migrations import upgrade_database
from xiaodian.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: the database is the one of the settings."""


def run(options: argparse.Namespace) -> int:
    """Migrate the outside database, or the embedded one."""
    settings = Settings.from_env()
    if settings.database_url:
        upgrade_database(settings.database_url)
    else:
        with EmbeddedEngines(settings.data_dir, nats=False) as engines:
            upgrade_database(engines.database_url)
    print("The database has the newest schema.")
    return 0
