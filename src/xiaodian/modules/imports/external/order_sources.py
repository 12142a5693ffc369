"""Where results of sales elsewhere come from: each platform has its own address here, and a secret to sign with."""

import base64
import secrets
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from standardwebhooks import Webhook, WebhookVerificationError

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, ForbiddenError, Input, InvalidInputError, Line, NotFoundError
from xiaodian.contracts.imports import RowOutcome, SourceId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.edge.problems import MalformedRequestError
from xiaodian.infra.sealing import BadSealError, Sealer
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.imports.external.note_orders import KIND, NotedOrders, note_orders, read_orders
from xiaodian.modules.imports.sources.keep_sources import MAX_SOURCES
from xiaodian.modules.shops import api as shops


class OrderSourceInput(Input, frozen=True, kw_only=True):
    """A platform where our goods are sold."""

    name: Annotated[Line, Meta(min_length=1, max_length=60)]


class OrderSource(Contract, frozen=True, kw_only=True):
    """Where that platform tells of orders, and what it signs with; the secret is told this once."""

    source_id: UUID
    name: str
    path: str
    secret: str


async def add_order_source(ctx: Context, caller: Caller, shop_id: ShopId, new: OrderSourceInput) -> OrderSource:
    """Let a platform tell of orders. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    source_id = SourceId(new_id())
    secret = _new_secret()
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        count = await connection.fetchval("SELECT count(*) FROM imports.source WHERE shop_id = $1", shop_id)
        if count >= MAX_SOURCES:
            raise InvalidInputError(field="name", reason="too_many", limit=MAX_SOURCES)
        await connection.execute(
            """
            INSERT INTO imports.source (
                shop_id, source_id, kind, name, address, sealed_access, created_by, created_at
            ) VALUES ($1, $2, $3, $4, '', $5, $6, $7)
            """,
            shop_id,
            source_id,
            KIND,
            new.name,
            Sealer.of(ctx.settings).seal(secret, _purpose(source_id)),
            caller.account_id,
            utc_now(),
        )
        details = {"kind": KIND, "address": new.name}
        await shops.note_deed(connection, caller, shop_id, deed="source.added", target=str(source_id), details=details)
    return OrderSource(source_id=source_id, name=new.name, path=path_of(source_id), secret=secret)


async def renew_secret(ctx: Context, caller: Caller, shop_id: ShopId, source_id: SourceId) -> OrderSource:
    """Another secret; the old one opens nothing from now on. Raises NotFoundError, ForbiddenError."""
    secret = _new_secret()
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        name = await connection.fetchval(
            """
            UPDATE imports.source SET sealed_access = $4 WHERE shop_id = $1 AND source_id = $2 AND kind = $3
            RETURNING name
            """,
            shop_id,
            source_id,
            KIND,
            Sealer.of(ctx.settings).seal(secret, _purpose(source_id)),
        )
        if name is None:
            raise NotFoundError
        await shops.note_deed(
            connection, caller, shop_id, deed="source.secret_renewed", target=str(source_id), details={"address": name}
        )
    return OrderSource(source_id=source_id, name=name, path=path_of(source_id), secret=secret)


async def take_orders(ctx: Context, source_id: SourceId, headers: dict[str, str], body: bytes) -> NotedOrders:
    """Note what a signed message tells; the same message again changes nothing.

    Raises ForbiddenError (no such source, or not signed with its secret), MalformedRequestError.
    """
    async with ctx.database.connection() as connection:
        row = await connection.fetchrow(
            "SELECT shop_id, sealed_access FROM imports.source WHERE source_id = $1 AND kind = $2", source_id, KIND
        )
    if row is None:
        raise ForbiddenError
    try:
        secret = Sealer.of(ctx.settings).open(row["sealed_access"], _purpose(source_id))
        Webhook(secret).verify(body, headers, json_parse=False)
    except (BadSealError, WebhookVerificationError, UnicodeDecodeError, ValueError) as error:
        raise ForbiddenError from error
    try:
        orders = read_orders(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRequestError(detail=str(error)) from error
    told_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    async with ctx.database.transaction() as connection:
        outcomes = await note_orders(connection, row["shop_id"], source_id, orders, told_at)
    await ctx.broker.poke("outbox")
    return NotedOrders(noted=sum(outcome is not RowOutcome.UNCHANGED for outcome in outcomes))


def path_of(source_id: UUID) -> str:
    """Where the platform sends its messages."""
    return f"/api/imports/external-orders/{source_id}"


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _purpose(source_id: UUID) -> str:
    return f"imports.source {source_id}"
