"""Reads of charges and of what they paid."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.payments import CapturedPart, Charge, ChargeId, ChargePart, ChargeState, PayAction
from xiaodian.infra.database import Connection, Record

CHARGE = "charge_id, payer_id, provider, method, amount_minor, currency, state, action, provider_ref, created_at"
_PART = "order_id, shop_id, amount_minor, refunded_minor"
_CAPTURED = """
    SELECT part.charge_id, part.order_id, part.shop_id, part.amount_minor, part.refunded_minor,
        charge.provider, charge.currency
    FROM payments.charge_part AS part JOIN payments.charge USING (charge_id)
    WHERE part.order_id = ANY($1::uuid[]) AND charge.state = 'captured'
    ORDER BY part.charge_id, part.order_id
"""


async def get_charge_of_payer(connection: Connection, charge_id: ChargeId, payer_id: AccountId) -> Charge:
    """A charge that this account is to pay. Raises NotFoundError."""
    rows = await connection.fetch(
        f"SELECT {CHARGE} FROM payments.charge WHERE charge_id = $1 AND payer_id = $2", charge_id, payer_id
    )
    if not rows:
        raise NotFoundError
    return (await add_parts(connection, rows))[0]


async def find_charges(connection: Connection, charge_ids: Collection[ChargeId]) -> dict[ChargeId, Charge]:
    """Those of the charges that exist."""
    rows = await connection.fetch(
        f"SELECT {CHARGE} FROM payments.charge WHERE charge_id = ANY($1::uuid[])", list(charge_ids)
    )
    return {charge.charge_id: charge for charge in await add_parts(connection, rows)}


async def get_order_ids_of_charges(
    connection: Connection, charge_ids: Collection[ChargeId]
) -> dict[ChargeId, list[UUID]]:
    """The orders that each of those charges is for that exist."""
    rows = await connection.fetch(
        """
        SELECT charge_id, order_id FROM payments.charge_part WHERE charge_id = ANY($1::uuid[])
        ORDER BY charge_id, order_id
        """,
        list(charge_ids),
    )
    found: dict[ChargeId, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["charge_id"], []).append(row["order_id"])
    return found


async def lock_charges(
    connection: Connection, charge_ids: Collection[ChargeId]
) -> tuple[dict[ChargeId, Charge], dict[UUID, set[ChargeId]]]:
    """Those of the charges that exist, held in key order until the transaction ends; and by order all charges for it.

    The caller holds the orders locked, so that none gets a further charge meanwhile.
    """
    rows = await connection.fetch(
        f"SELECT {CHARGE} FROM payments.charge WHERE charge_id = ANY($1::uuid[]) ORDER BY charge_id FOR UPDATE",
        list(charge_ids),
    )
    part_rows = await connection.fetch(
        f"""
        SELECT charge_id, {_PART} FROM payments.charge_part WHERE order_id IN (
            SELECT order_id FROM payments.charge_part WHERE charge_id = ANY($1::uuid[])
        ) ORDER BY order_id
        """,
        [row["charge_id"] for row in rows],
    )
    charges_of: dict[UUID, set[ChargeId]] = {}
    for row in part_rows:
        charges_of.setdefault(row["order_id"], set()).add(row["charge_id"])
    return {charge.charge_id: charge for charge in _with_parts(rows, part_rows)}, charges_of


async def lock_captured_parts(connection: Connection, order_ids: Collection[UUID]) -> dict[UUID, list[CapturedPart]]:
    """What was paid for these orders, by order, held in key order until the transaction ends."""
    return await _captured_parts(connection, _CAPTURED + "FOR UPDATE OF part", order_ids)


async def find_captured_parts(connection: Connection, order_ids: Collection[UUID]) -> dict[UUID, list[CapturedPart]]:
    """What was paid for these orders, by order."""
    return await _captured_parts(connection, _CAPTURED, order_ids)


async def _captured_parts(
    connection: Connection, statement: str, order_ids: Collection[UUID]
) -> dict[UUID, list[CapturedPart]]:
    rows = await connection.fetch(statement, list(order_ids))
    parts: dict[UUID, list[CapturedPart]] = {}
    for row in rows:
        captured = CapturedPart(
            charge_id=row["charge_id"], provider=row["provider"], currency=row["currency"], part=_to_part(row)
        )
        parts.setdefault(row["order_id"], []).append(captured)
    return parts


async def add_parts(connection: Connection, rows: Sequence[Record]) -> list[Charge]:
    """Charges from rows with the columns CHARGE, each with its parts in order of the orders' ids."""
    if not rows:
        return []
    parts = await connection.fetch(
        f"SELECT charge_id, {_PART} FROM payments.charge_part WHERE charge_id = ANY($1::uuid[]) ORDER BY order_id",
        [row["charge_id"] for row in rows],
    )
    return _with_parts(rows, parts)


def _with_parts(rows: Sequence[Record], parts: Sequence[Record]) -> list[Charge]:
    by_charge: dict[ChargeId, list[ChargePart]] = {}
    for part in parts:
        by_charge.setdefault(part["charge_id"], []).append(_to_part(part))
    return [_to_charge(row, by_charge.get(row["charge_id"], [])) for row in rows]


def _to_charge(row: Record, parts: list[ChargePart]) -> Charge:
    return Charge(
        charge_id=row["charge_id"],
        payer_id=row["payer_id"],
        provider=row["provider"],
        method=row["method"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        state=ChargeState(row["state"]),
        action=msgspec.convert(row["action"], PayAction) if row["action"] is not None else None,
        provider_ref=row["provider_ref"],
        created_at=row["created_at"],
        parts=parts,
    )


def _to_part(row: Record) -> ChargePart:
    return ChargePart(
        order_id=row["order_id"],
        shop_id=row["shop_id"],
        amount_minor=row["amount_minor"],
        refunded_minor=row["refunded_minor"],
    )
