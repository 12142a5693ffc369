"""Engines that a test may break: its own, not those of the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from xiaodian.infra.embedded.nats import EmbeddedNats
from xiaodian.infra.embedded.postgres import DURABLE_SETTINGS, VOLATILE_SETTINGS, EmbeddedPostgres


@pytest.fixture
def own_postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of the test's own."""
    postgres = EmbeddedPostgres.start(data_dir / "postgres", VOLATILE_SETTINGS)
    yield postgres
    postgres.stop()


@pytest.fixture
def durable_postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """The same with commits that are on the disk before they are acknowledged, as an installation has it."""
    postgres = EmbeddedPostgres.start(data_dir / "postgres", DURABLE_SETTINGS)
    yield postgres
    postgres.stop()


@pytest.fixture
def own_nats(data_dir: Path) -> Iterator[EmbeddedNats]:
    """A NATS server of the test's own."""
    nats = EmbeddedNats(data_dir / "nats")
    nats.start()
    yield nats
    nats.stop()
