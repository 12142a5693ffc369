"""A shop's places on other platforms: their keys are sealed when they come in and never shown again."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, Input, InvalidInputError, Line, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbound import check_address
from xiaodian.infra.sealing import BadSealError, Sealer
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.imports.sources.shopify import Shopify
from xiaodian.modules.imports.sources.source import Access, Source, SourceFailedError
from xiaodian.modules.imports.sources.woocommerce import WooCommerce
from xiaodian.modules.shops import api as shops

SOURCES: dict[str, Source] = {source.kind: source for source in (WooCommerce(), Shopify())}
"""Every platform there is a file for."""
MAX_SOURCES = 20
_VIEW = "source_id, kind, name, address, cursor IS NOT NULL AS is_halfway, created_at"


class SourceInput(Input, frozen=True, kw_only=True):
    """A shop on another platform, and what lets us read its products."""

    kind: Annotated[str, Meta(max_length=32)]
    name: Annotated[Line, Meta(min_length=1, max_length=60)]
    address: Annotated[Line, Meta(min_length=1, max_length=500)]
    """Of the shop: `https://shop.example`, `https://name.myshopify.com`."""
    secret: Annotated[Line, Meta(min_length=1, max_length=500)]
    """WooCommerce: the consumer secret. Shopify: the Admin API's access token."""
    key: Annotated[Line, Meta(max_length=500)] = ""
    """WooCommerce: the consumer key."""


class SourceView(Contract, frozen=True, kw_only=True):
    """A shop on another platform; what lets us in is not shown."""

    source_id: UUID
    kind: str
    name: str
    address: str
    is_halfway: bool
    """The last import broke off; the next one goes on from there."""
    created_at_ms: int


class SourceList(Contract, frozen=True, kw_only=True):
    """All of a shop's; there are only a few."""

    items: list[SourceView]


async def add_source(ctx: Context, caller: Caller, shop_id: ShopId, new: SourceInput) -> SourceView:
    """Remember one. Raises NotFoundError, ForbiddenError, InvalidInputError, AddressRefusedError."""
    if new.kind not in SOURCES:
        raise InvalidInputError(field="kind", reason="unknown")
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
    await check_address(new.address, allow_private=ctx.settings.outbound_private_addresses, field="address")
    source_id = new_id()
    access = msgspec.json.encode({"key": new.key, "secret": new.secret}).decode()
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        count = await connection.fetchval("SELECT count(*) FROM imports.source WHERE shop_id = $1", shop_id)
        if count >= MAX_SOURCES:
            raise InvalidInputError(field="kind", reason="too_many", limit=MAX_SOURCES)
        row = await connection.fetchrow(
            f"""
            INSERT INTO imports.source (
                shop_id, source_id, kind, name, address, sealed_access, created_by, created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {_VIEW}
            """,
            shop_id,
            source_id,
            new.kind,
            new.name,
            new.address.rstrip("/"),
            Sealer.of(ctx.settings).seal(access, _purpose(source_id)),
            caller.account_id,
            utc_now(),
        )
        assert row is not None
        details = {"kind": new.kind, "address": new.address}
        await shops.note_deed(connection, caller, shop_id, deed="source.added", target=str(source_id), details=details)
    return _to_view(dict(row))


async def list_sources(ctx: Context, caller: Caller, shop_id: ShopId) -> SourceList:
    """A shop's, the oldest first. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_READ)
        rows = await connection.fetch(
            f"SELECT {_VIEW} FROM imports.source WHERE shop_id = $1 ORDER BY source_id", shop_id
        )
    return SourceList(items=[_to_view(dict(row)) for row in rows])


async def remove_source(ctx: Context, caller: Caller, shop_id: ShopId, source_id: UUID) -> None:
    """Forget one and its keys; the products stay. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        found = await connection.fetchval(
            "DELETE FROM imports.source WHERE shop_id = $1 AND source_id = $2 RETURNING true", shop_id, source_id
        )
        if not found:
            raise NotFoundError
        await connection.execute("DELETE FROM imports.source_product WHERE source_id = $1", source_id)
        await shops.note_deed(connection, caller, shop_id, deed="source.removed", target=str(source_id), details={})


class OpenSource(Contract, frozen=True, kw_only=True):
    """A source at work."""

    source: Source
    access: Access
    cursor: dict[str, object] | None


async def open_source(ctx: Context, connection: Connection, shop_id: ShopId, source_id: UUID) -> OpenSource:
    """What an import works with. Raises NotFoundError, SourceFailedError (the installation's key has changed)."""
    row = await connection.fetchrow(
        "SELECT kind, address, sealed_access, cursor FROM imports.source WHERE shop_id = $1 AND source_id = $2",
        shop_id,
        source_id,
    )
    if row is None or row["kind"] not in SOURCES:
        raise NotFoundError
    try:
        kept = msgspec.json.decode(Sealer.of(ctx.settings).open(row["sealed_access"], _purpose(source_id)))
    except BadSealError as error:
        raise SourceFailedError(reason="source_refuses_key") from error
    access = Access(row["address"], kept["key"], kept["secret"])
    return OpenSource(source=SOURCES[row["kind"]], access=access, cursor=row["cursor"])


def _purpose(source_id: UUID) -> str:
    return f"imports.source {source_id}"


def _to_view(row: dict[str, object]) -> SourceView:
    created_at = row.pop("created_at")
    return msgspec.convert({**row, "created_at_ms": to_epoch_ms(created_at)}, SourceView)  # type: ignore[arg-type]
