"""What the embedded PostgreSQL asks of a machine."""

import pytest

from xiaodian.infra.embedded.postgres import MIB, memory_bytes, shared_buffers


@pytest.mark.parametrize(
    ("memory_mib", "kept"), [(512, "256MB"), (2048, "512MB"), (24 * 1024, "6144MB"), (256 * 1024, "8192MB")]
)
def test_a_small_machine_is_not_filled_and_a_large_one_is_used(memory_mib: int, kept: str) -> None:
    assert shared_buffers(memory_mib * MIB) == kept


def test_the_memory_of_this_machine_is_known() -> None:
    assert memory_bytes() > 256 * MIB
