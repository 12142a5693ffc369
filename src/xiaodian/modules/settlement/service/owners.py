"""Whoever has a balance here: their lock, bank account, frozen money, and what can be paid out."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounting import deposit_account
from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import Contract, NotFoundError
from xiaodian.contracts.settlement import AlreadyFrozenError, MoneyFrozenError, NotFrozenError, OwnerKind
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.settlement import queries
from xiaodian.modules.settlement.models import BankAccount, Freeze, Owner
from xiaodian.modules.settlement.rules import creator_hold_begins
from xiaodian.modules.settlement.transfers import account_of
from xiaodian.modules.shops import api as shops

_FREEZE = "freeze_id, kind, owner_id, reason, frozen_by, frozen_at, lifted_by, lifted_at, lift_reason"


class Balances(Contract, frozen=True, kw_only=True):
    """What an owner has: `available` can be paid out, `held` must wait, `deposit` is a shop's security."""

    available_minor: int
    held_minor: int
    deposit_minor: int
    currency: str


async def lock_owner(connection: Connection, owner: Owner) -> BankAccount | None:
    """Take turns with everybody else who takes from this owner's balance; answers where its money is paid to."""
    await connection.execute(
        "INSERT INTO settlement.owner (kind, owner_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        owner.kind,
        owner.owner_id,
    )
    row = await connection.fetchrow(
        "SELECT holder, bank, number FROM settlement.owner WHERE kind = $1 AND owner_id = $2 FOR UPDATE",
        owner.kind,
        owner.owner_id,
    )
    assert row is not None
    return BankAccount(**row) if row["holder"] is not None else None


async def find_bank_account(connection: Connection, owner: Owner) -> BankAccount | None:
    """Where an owner's money is paid to, if it said so."""
    row = await connection.fetchrow(
        "SELECT holder, bank, number FROM settlement.owner WHERE kind = $1 AND owner_id = $2 AND holder IS NOT NULL",
        owner.kind,
        owner.owner_id,
    )
    return BankAccount(**row) if row else None


async def set_bank_account(database: Database, caller: Caller, owner: Owner, account: BankAccount) -> BankAccount:
    """From now on pay there; payouts asked for before keep the account they were asked for.

    Of a shop, its log says so. Raises NotFoundError, ForbiddenError.
    """
    async with database.transaction() as connection:
        if owner.kind is OwnerKind.SHOP:
            shop_id = ShopId(owner.owner_id)
            await shops.require_right(connection, caller, shop_id, Scope.FINANCE_WRITE)
            await shops.note_deed(connection, caller, shop_id, deed="money.bank_account_set", target="")
        await lock_owner(connection, owner)
        await connection.execute(
            """
            UPDATE settlement.owner SET holder = $3, bank = $4, number = $5, changed_at = $6, changed_by = $7
            WHERE kind = $1 AND owner_id = $2
            """,
            owner.kind,
            owner.owner_id,
            account.holder,
            account.bank,
            account.number,
            utc_now(),
            caller.account_id,
        )
    return account


async def get_balances(connection: Connection, owner: Owner, now: datetime, hold_days: int) -> Balances:
    """What an owner has, by the ledger; a creator's latest commission is held for some days."""
    names = [account_of(owner), deposit_account(owner.owner_id)]
    balances = await ledger.get_balances(connection, names, DEFAULT_CURRENCY)
    held_minor = 0
    if owner.kind is OwnerKind.CREATOR:
        begins = creator_hold_begins(now, hold_days)
        held_minor = await queries.sum_held_commission(connection, AccountId(owner.owner_id), DEFAULT_CURRENCY, begins)
    return Balances(
        available_minor=balances[names[0]] - held_minor,
        held_minor=held_minor,
        deposit_minor=balances[names[1]] if owner.kind is OwnerKind.SHOP else 0,
        currency=DEFAULT_CURRENCY,
    )


async def find_freezes(connection: Connection, owners: Collection[Owner]) -> dict[Owner, Freeze]:
    """What is frozen now of these owners."""
    rows = await connection.fetch(
        f"""
        SELECT {_FREEZE} FROM settlement.freeze WHERE lifted_at IS NULL
            AND (kind, owner_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))
        """,
        [owner.kind for owner in owners],
        [owner.owner_id for owner in owners],
    )
    freezes = [_to_freeze(dict(row)) for row in rows]
    return {Owner(freeze.kind, freeze.owner_id): freeze for freeze in freezes}


async def is_frozen(connection: Connection, kind: OwnerKind, owner_id: UUID) -> bool:
    """Whether an operator has frozen this owner's money."""
    return bool(await find_freezes(connection, [Owner(kind, owner_id)]))


async def require_not_frozen(connection: Connection, owner: Owner) -> None:
    """Raises MoneyFrozenError."""
    freeze = (await find_freezes(connection, [owner])).get(owner)
    if freeze:
        raise MoneyFrozenError(reason=freeze.reason)


async def freeze(connection: Connection, owner: Owner, by: AccountId, reason: str) -> Freeze:
    """Nothing of this owner's money is paid out until it is lifted. Raises NotFoundError, AlreadyFrozenError."""
    await _require_exists(connection, owner)
    # So that a payout that is being asked for is either through before, or sees this.
    await lock_owner(connection, owner)
    present = (await find_freezes(connection, [owner])).get(owner)
    if present:
        raise AlreadyFrozenError(freeze_id=str(present.freeze_id))
    row = await connection.fetchrow(
        f"""
        INSERT INTO settlement.freeze (freeze_id, kind, owner_id, reason, frozen_by, frozen_at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING {_FREEZE}
        """,
        new_id(),
        owner.kind,
        owner.owner_id,
        reason,
        by,
        utc_now(),
    )
    assert row is not None
    return _to_freeze(dict(row))


async def lift_freeze(connection: Connection, freeze_id: UUID, by: AccountId, reason: str) -> Freeze:
    """Let the money go again. Raises NotFoundError, NotFrozenError."""
    present = await connection.fetchrow(
        "SELECT lifted_at FROM settlement.freeze WHERE freeze_id = $1 FOR UPDATE", freeze_id
    )
    if present is None:
        raise NotFoundError
    if present["lifted_at"] is not None:
        raise NotFrozenError
    row = await connection.fetchrow(
        f"""
        UPDATE settlement.freeze SET lifted_by = $2, lifted_at = $3, lift_reason = $4
        WHERE freeze_id = $1 RETURNING {_FREEZE}
        """,
        freeze_id,
        by,
        utc_now(),
        reason,
    )
    assert row is not None
    return _to_freeze(dict(row))


async def list_freezes(connection: Connection, *, before: UUID | None, limit: int) -> list[Freeze]:
    """All freezes, lifted ones too, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_FREEZE} FROM settlement.freeze WHERE ($1::uuid IS NULL OR freeze_id < $1)
        ORDER BY freeze_id DESC LIMIT $2
        """,
        before,
        limit,
    )
    return [_to_freeze(dict(row)) for row in rows]


async def _require_exists(connection: Connection, owner: Owner) -> None:
    if owner.kind is OwnerKind.SHOP:
        await shops.get_shop(connection, ShopId(owner.owner_id))
    else:
        await accounts.get_account(connection, AccountId(owner.owner_id))


def _to_freeze(values: dict[str, object]) -> Freeze:
    return Freeze(**{**values, "kind": OwnerKind(str(values["kind"]))})  # type: ignore[arg-type]
