"""Reads of a shop's log of deeds."""

from datetime import timedelta
from uuid import UUID

from xiaodian.contracts.shops import ShopId, ShopRole
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.ids import earliest_id
from xiaodian.modules.shops.models import DeedFilter, DeedRow

_DEED = "deed_id, account_id, role, app_id, app_name, deed, target, details, done_at"
_ID_SLACK = timedelta(minutes=1)
"""An id is made a moment before or after the time beside it; ids only narrow what is looked through."""


async def list_deeds(
    connection: Connection, shop_id: ShopId, wanted: DeedFilter, *, before: UUID | None, limit: int
) -> list[DeedRow]:
    """What was done in a shop, the latest first."""
    values: list[object] = [shop_id]
    conditions = ["shop_id = $1"]

    def _add(condition: str, value: object) -> None:
        values.append(value)
        conditions.append(condition.format(f"${len(values)}"))

    if wanted.account_id is not None:
        _add("account_id = {}", wanted.account_id)
    if wanted.area is not None:
        _add("area = {}", wanted.area)
    if wanted.since is not None:
        _add("done_at >= {}", wanted.since)
        _add("deed_id >= {}", earliest_id(wanted.since - _ID_SLACK))
    if wanted.until is not None:
        _add("done_at < {}", wanted.until)
        _add("deed_id < {}", earliest_id(wanted.until + _ID_SLACK))
    if before is not None:
        _add("deed_id < {}", before)
    values.append(limit)
    rows = await connection.fetch(
        f"SELECT {_DEED} FROM shops.deed WHERE {' AND '.join(conditions)} ORDER BY deed_id DESC LIMIT ${len(values)}",
        *values,
    )
    return [_to_deed(row) for row in rows]


def _to_deed(row: Record) -> DeedRow:
    return DeedRow(**{**row, "role": ShopRole(row["role"]) if row["role"] is not None else None})
