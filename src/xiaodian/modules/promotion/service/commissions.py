"""A shop lets creators sell its goods for a commission: anybody, or those it agreed with."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import Input, InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.promotion import CommissionEnded, CommissionExistsError
from xiaodian.contracts.shops import SandboxShopError, Shop, ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion import commission_queries as queries
from xiaodian.modules.promotion.models import Commission, CommissionState
from xiaodian.modules.promotion.rules import MAX_RATE_BP, CommissionDeed, move_commission
from xiaodian.modules.shops import api as shops

RateBp = Annotated[int, Meta(ge=1, le=MAX_RATE_BP)]

_INSERT = """
    INSERT INTO promotion.commission
        (shop_id, commission_id, product_id, creator_id, rate_bp, state, title, created_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
"""


class RateInput(Input, frozen=True, kw_only=True):
    """What creators get of what a line brings, in basis points (1/10,000)."""

    rate_bp: RateBp


class NewAgreement(Input, frozen=True, kw_only=True):
    """What one creator shall get for selling a product."""

    product_id: UUID
    creator_id: UUID
    rate_bp: RateBp


async def set_public_commission(database: Database, caller: Caller, product_id: ProductId, rate_bp: int) -> Commission:
    """Every creator may sell the product for this from now on; the same rate again does nothing.

    Orders placed before keep the rate they were placed at. Raises NotFoundError to others than staff.
    """
    async with database.transaction() as connection:
        product, shop = await _get_own_product(connection, caller, product_id)
        if shop.is_sandbox:
            raise SandboxShopError
        await _hold_public(connection, product_id)
        before = await queries.find_public_commission(connection, product_id)
        if before is not None and before.rate_bp == rate_bp:
            return before
        if before is not None:
            await _write_state(connection, before, CommissionState.ENDED)
        await _note(connection, caller, product, "commission.opened", rate_bp)
        await catalog.note_commission(connection, product_id, rate_bp)
        return await _insert(connection, product, None, rate_bp, CommissionState.OPEN)


async def end_public_commission(database: Database, caller: Caller, product_id: ProductId) -> None:
    """Only those agreed with may sell the product from now on. Raises NotFoundError to others than staff."""
    async with database.transaction() as connection:
        product, _ = await _get_own_product(connection, caller, product_id)
        await _hold_public(connection, product_id)
        before = await queries.find_public_commission(connection, product_id)
        if before is not None:
            await catalog.note_commission(connection, product_id, None)
            await _end(connection, before)
            await _note(connection, caller, product, "commission.closed", before.rate_bp)


async def change_public(connection: Connection, product: Product, rate_bp: int | None) -> None:
    """The same as the two before (None: end it), inside the caller's transaction, who has checked and notes it."""
    await _hold_public(connection, product.product_id)
    before = await queries.find_public_commission(connection, product.product_id)
    if (before.rate_bp if before is not None else None) == rate_bp:
        return
    await catalog.note_commission(connection, product.product_id, rate_bp)
    if before is not None and rate_bp is None:
        await _end(connection, before)
    elif before is not None:
        await _write_state(connection, before, CommissionState.ENDED)
    if rate_bp is not None:
        await _insert(connection, product, None, rate_bp, CommissionState.OPEN)


async def propose_commission(database: Database, caller: Caller, shop_id: ShopId, new: NewAgreement) -> Commission:
    """Propose a commission to a creator, who accepts or refuses it.

    Raises NotFoundError to others than staff, InvalidInputError, CommissionExistsError.
    """
    creator_id = AccountId(new.creator_id)
    async with database.transaction() as connection:
        shop = await shops.require_right(connection, caller, shop_id, Scope.PROMOTION_WRITE)
        if shop.is_sandbox:
            raise SandboxShopError
        product = await catalog.find_product(connection, ProductId(new.product_id))
        if product is None or product.shop_id != shop_id:
            raise InvalidInputError(field="product_id", reason="unknown")
        if creator_id == shop.owner_id:
            raise InvalidInputError(field="creator_id", reason="own_shop")
        if not await accounts.get_accounts(connection, [creator_id]):
            raise InvalidInputError(field="creator_id", reason="unknown")
        try:
            commission = await _insert(connection, product, creator_id, new.rate_bp, CommissionState.PROPOSED)
        except asyncpg.UniqueViolationError as error:
            raise CommissionExistsError(field="creator_id") from error
        await _note(connection, caller, product, "commission.proposed", new.rate_bp)
    return commission


async def move_agreement(database: Database, caller: Caller, commission_id: UUID, deed: CommissionDeed) -> Commission:
    """The creator accepts or refuses what was proposed, or either side ends it; doing it again changes nothing.

    Raises NotFoundError to others than the creator and the shop's staff (who may only end it), IllegalMoveError.
    """
    async with database.transaction() as connection:
        commission = await queries.lock_commission(connection, commission_id)
        if commission is None or commission.creator_id is None:
            raise NotFoundError
        if caller.account_id != commission.creator_id:
            await shops.require_right(connection, caller, commission.shop_id, Scope.PROMOTION_WRITE)
            if deed is not CommissionDeed.END:
                raise NotFoundError
        to = move_commission(commission.state, deed)
        if to is commission.state:
            return commission
        if to is CommissionState.ENDED:
            product = await catalog.find_product(connection, commission.product_id)
            if caller.account_id != commission.creator_id and product is not None:
                await _note(connection, caller, product, "commission.ended", commission.rate_bp)
            return await _end(connection, commission)
        return await _write_state(connection, commission, to)


async def refresh_titles(connection: Connection, product_ids: list[ProductId]) -> None:
    """Copy the present titles of these products, so that the market finds them by it."""
    products = await catalog.get_products(connection, product_ids)
    await connection.execute(
        """
        UPDATE promotion.commission SET title = product.title
        FROM unnest($1::uuid[], $2::text[]) AS product (product_id, title)
        WHERE commission.product_id = product.product_id AND commission.state = 'open'
            AND commission.title <> product.title
        """,
        [product.product_id for product in products],
        [product.title for product in products],
    )


async def _get_own_product(connection: Connection, caller: Caller, product_id: ProductId) -> tuple[Product, Shop]:
    product = await catalog.find_product(connection, product_id)
    if product is None:
        raise NotFoundError
    return product, await shops.require_right(connection, caller, product.shop_id, Scope.PROMOTION_WRITE)


async def _note(connection: Connection, caller: Caller, product: Product, deed: str, rate_bp: int) -> None:
    await shops.note_deed(
        connection,
        caller,
        product.shop_id,
        deed=deed,
        target=str(product.product_id),
        details={"title": product.title, "rate": f"{rate_bp / 100:g}%"},
    )


async def _hold_public(connection: Connection, product_id: ProductId) -> None:
    """Changes of one product's public commission follow each other, also the first."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('commission ' || $1::text, 0))", str(product_id)
    )


async def _insert(
    connection: Connection, product: Product, creator_id: AccountId | None, rate_bp: int, state: CommissionState
) -> Commission:
    now = utc_now()
    values: dict[str, Any] = {
        "shop_id": product.shop_id,
        "commission_id": new_id(),
        "product_id": product.product_id,
        "creator_id": creator_id,
        "rate_bp": rate_bp,
        "state": state,
        "title": product.title,
        "created_at": now,
    }
    await connection.execute(_INSERT, *values.values())
    return Commission(**values, changed_at=now)


async def _end(connection: Connection, commission: Commission) -> Commission:
    """Emits CommissionEnded, if it was in force."""
    if commission.state is CommissionState.OPEN:
        event = CommissionEnded(
            shop_id=commission.shop_id, product_id=commission.product_id, creator_id=commission.creator_id
        )
        await outbox.emit(connection, event)
    return await _write_state(connection, commission, CommissionState.ENDED)


async def _write_state(connection: Connection, commission: Commission, state: CommissionState) -> Commission:
    now = utc_now()
    await connection.execute(
        "UPDATE promotion.commission SET state = $3, changed_at = $4 WHERE shop_id = $1 AND commission_id = $2",
        commission.shop_id,
        commission.commission_id,
        state,
        now,
    )
    return msgspec.structs.replace(commission, state=state, changed_at=now)
