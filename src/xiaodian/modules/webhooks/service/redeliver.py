"""Messages are sent again: one, or all that failed or came since a moment; and one that only tests."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import EndpointDisabledError, EndpointId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks.catalogue import TEST
from xiaodian.modules.webhooks.intake import WAKE
from xiaodian.modules.webhooks.models import Draft, Endpoint, Subject, SubjectKind
from xiaodian.modules.webhooks.payloads import TestData
from xiaodian.modules.webhooks.queries import get_delivery, get_endpoint
from xiaodian.modules.webhooks.rules import KEPT_FOR
from xiaodian.modules.webhooks.service.record import insert_deliveries, number, put_in_lanes
from xiaodian.modules.webhooks.wire import DeliveryView, RedeliveryInput, to_delivery_view

MAX_REDELIVERED = 100_000

_ONE = """
    UPDATE webhooks.delivery SET state = 'waiting', attempts = 0, next_at = $4
    WHERE shop_id = $1 AND endpoint_id = $2 AND position = $3
    RETURNING subject_id
"""
_FAILED = """
    UPDATE webhooks.delivery SET state = 'waiting', attempts = 0, next_at = $4
    WHERE shop_id = $1 AND endpoint_id = $2 AND created_at >= $3
        AND (state = 'dead' OR (state = 'waiting' AND attempts > 0))
    RETURNING subject_id
"""
_ALL = """
    INSERT INTO webhooks.delivery AS kept
        (shop_id, endpoint_id, position, event_id, type, subject_id, created_at, next_at)
    SELECT shop_id, $2, position, event_id, type, subject_id, $4, $4 FROM webhooks.event
    WHERE shop_id = $1 AND recorded_at >= $3 AND type = ANY($5::text[])
    ORDER BY position LIMIT $6
    ON CONFLICT (shop_id, endpoint_id, position) DO UPDATE SET state = 'waiting', attempts = 0, next_at = $4
    RETURNING subject_id
"""
# What is tried again later anyway is tried now.
_HURRY = """
    UPDATE webhooks.lane SET due_at = $4
    WHERE shop_id = $1 AND endpoint_id = $2 AND subject_id = ANY($3::uuid[]) AND lease IS NULL
"""


async def redeliver_one(
    ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId, event_id: UUID
) -> DeliveryView:
    """Send a message once more, whether it was taken, is dead or waits for its next try.

    Raises NotFoundError, ForbiddenError, EndpointDisabledError.
    """
    now = utc_now()
    async with ctx.database.transaction() as connection:
        endpoint = await _get_enabled(connection, caller, shop_id, endpoint_id)
        delivery = await get_delivery(connection, endpoint, event_id)
        rows = await connection.fetch(_ONE, shop_id, endpoint_id, delivery.position, now)
        await _let_go_on(connection, endpoint, rows, now)
        await _note(connection, caller, endpoint, 1)
        view = to_delivery_view(await get_delivery(connection, endpoint, event_id))
    await ctx.broker.poke(WAKE)
    return view


async def redeliver_since(
    ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId, data: RedeliveryInput
) -> int:
    """Send again what failed since a moment, or everything since then; answers how many messages.

    Raises NotFoundError, ForbiddenError, EndpointDisabledError, InvalidInputError.
    """
    now = utc_now()
    since = from_epoch_ms(data.since_ms)
    async with ctx.database.transaction() as connection:
        endpoint = await _get_enabled(connection, caller, shop_id, endpoint_id)
        if since < now - KEPT_FOR:
            raise InvalidInputError(field="since_ms", reason="out_of_range")
        if data.only_failed:
            rows = await connection.fetch(_FAILED, shop_id, endpoint_id, since, now)
        else:
            rows = await connection.fetch(_ALL, shop_id, endpoint_id, since, now, endpoint.types, MAX_REDELIVERED)
        await _let_go_on(connection, endpoint, rows, now)
        await _note(connection, caller, endpoint, len(rows))
    await ctx.broker.poke(WAKE)
    return len(rows)


async def send_test(ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId) -> DeliveryView:
    """A message that says only that it is a test. Raises NotFoundError, ForbiddenError, EndpointDisabledError."""
    now = utc_now()
    draft = Draft(
        shop_id=shop_id,
        event_id=new_id(),
        type=TEST,
        subject=Subject(kind=SubjectKind.ENDPOINT, id=endpoint_id),
        occurred_at=now,
        data=TestData(endpoint_id=endpoint_id, text="It works."),
    )
    async with ctx.database.transaction() as connection:
        endpoint = await _get_enabled(connection, caller, shop_id, endpoint_id)
        numbered = await number(connection, [draft], now)
        await insert_deliveries(connection, [(endpoint_id, one) for one in numbered], now)
        view = to_delivery_view(await get_delivery(connection, endpoint, draft.event_id))
    await ctx.broker.poke(WAKE)
    return view


async def _get_enabled(connection: Connection, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId) -> Endpoint:
    await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_WRITE)
    endpoint = await get_endpoint(connection, caller, shop_id, endpoint_id)
    if not endpoint.is_enabled:
        raise EndpointDisabledError
    return endpoint


async def _let_go_on(connection: Connection, endpoint: Endpoint, rows: Sequence[Record], now: datetime) -> None:
    subject_ids = {row["subject_id"] for row in rows}
    if subject_ids:
        lanes = [(endpoint.shop_id, endpoint.endpoint_id, subject_id) for subject_id in subject_ids]
        await put_in_lanes(connection, lanes, now)
        await connection.execute(_HURRY, endpoint.shop_id, endpoint.endpoint_id, list(subject_ids), now)


async def _note(connection: Connection, caller: Caller, endpoint: Endpoint, count: int) -> None:
    await shops.note_deed(
        connection,
        caller,
        endpoint.shop_id,
        deed="webhook.redelivered",
        target=str(endpoint.endpoint_id),
        details={"url": endpoint.url, "count": count},
    )
