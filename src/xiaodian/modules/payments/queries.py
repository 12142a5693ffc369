"""Reads of charges."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.payments import Charge, ChargeId, ChargeState
from xiaodian.infra.database import Connection, Record

_CHARGE = "charge_id, order_id, shop_id, payer_id, provider, amount_minor, currency, state, pay_url"


def to_charge(row: Record) -> Charge:
    """A row with the columns of a charge."""
    return Charge(**{**row, "state": ChargeState(row["state"])})


async def get_charge_of_payer(connection: Connection, charge_id: ChargeId, payer_id: AccountId) -> Charge:
    """A charge that this account is to pay. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_CHARGE} FROM payments.charge WHERE charge_id = $1 AND payer_id = $2", charge_id, payer_id
    )
    if row is None:
        raise NotFoundError
    return to_charge(row)


async def get_orders_of_charges(connection: Connection, charge_ids: Collection[ChargeId]) -> dict[ChargeId, UUID]:
    """The orders of those charges that exist."""
    rows = await connection.fetch(
        "SELECT charge_id, order_id FROM payments.charge WHERE charge_id = ANY($1::uuid[])", list(charge_ids)
    )
    return {row["charge_id"]: row["order_id"] for row in rows}


async def lock_charges(connection: Connection, charge_ids: Collection[ChargeId]) -> dict[ChargeId, Charge]:
    """Those of the charges that exist, held in key order until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {_CHARGE} FROM payments.charge WHERE charge_id = ANY($1::uuid[]) ORDER BY charge_id FOR UPDATE",
        list(charge_ids),
    )
    return {row["charge_id"]: to_charge(row) for row in rows}


async def lock_captured_charges_of(connection: Connection, order_ids: Collection[UUID]) -> list[Charge]:
    """The charges of these orders whose money we have, held in key order until the transaction ends."""
    rows = await connection.fetch(
        f"""
        SELECT {_CHARGE} FROM payments.charge WHERE order_id = ANY($1::uuid[]) AND state = 'captured'
        ORDER BY charge_id FOR UPDATE
        """,
        list(order_ids),
    )
    return [to_charge(row) for row in rows]
