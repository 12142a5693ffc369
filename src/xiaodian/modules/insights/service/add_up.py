"""One way in which every summary grows."""

from collections.abc import Mapping, Sequence
from typing import Any

from xiaodian.infra.database import Connection


async def add_up(
    connection: Connection,
    table: str,
    keys: Mapping[str, str],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    conflict: str | None = None,
) -> None:
    """Add to the sums of a table; what adds nothing is left out. `keys`: types of the key columns."""
    told = [row for row in rows if any(row[len(keys) :])]
    if not told:
        return
    types = [*keys.values(), *("bigint" for _ in columns)]
    values = ", ".join(f"${number + 1}::{kind}[]" for number, kind in enumerate(types))
    sums = ", ".join(f"{name} = sums.{name} + excluded.{name}" for name in columns)
    await connection.execute(
        f"""
        INSERT INTO {table} AS sums ({", ".join([*keys, *columns])}) SELECT * FROM unnest({values})
        ON CONFLICT ({conflict or ", ".join(keys)}) DO UPDATE SET {sums}
        """,
        *map(list, zip(*told, strict=True)),
    )
