"""The open API: webhooks and the events they tell."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.webhooks import EndpointDisabledError, EndpointId, EventsForgottenError, TooManyWebhooksError
from xiaodian.infra.outbound import AddressRefusedError
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_platform as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.inputs import require_moment
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.webhooks import api as webhooks

TAGS = ["webhooks"]
EVENTS = ["events"]
ONE = "/webhooks/{webhook_id:uuid}"
READ, WRITE = Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Which = Annotated[str, QueryParameter(name="state", pattern="^(all|waiting|delivered|failed|dead)$")]
TypeNames = Annotated[str | None, QueryParameter(name="types", max_length=2000)]


@get("/webhook-types", tags=TAGS, **reads(READ, wire.WebhookTypes))
async def list_webhook_types(call: OpenCall) -> Response[bytes]:
    """What the shop's systems can be told of, as far as the token may read it."""
    found = await webhooks.list_types(call.ctx, call.caller, call.shop_id)
    return call.answer(wire.WebhookTypes(items=[to_wire(wire.WebhookType, one) for one in found]))


@get("/webhooks", tags=TAGS, **reads(READ, wire.Webhooks))
async def list_webhooks(call: OpenCall) -> Response[bytes]:
    """The shop's webhooks and how they are doing."""
    found = await webhooks.list_endpoints(call.ctx, call.caller, call.shop_id)
    return call.answer(wire.Webhooks(items=[_show(one) for one in found]))


@post(
    "/webhooks",
    tags=TAGS,
    **writes(
        WRITE,
        wire.WebhookSecret,
        InvalidInputError,
        AddressRefusedError,
        TooManyWebhooksError,
        body=wire.NewWebhook,
        status=201,
    ),
)
async def create_webhook(call: OpenCall) -> Response[bytes]:
    """Have messages sent somewhere. The secret is told this once; no answer that holds one is kept for a retry."""
    data = await call.read(wire.NewWebhook)
    new = msgspec.convert(msgspec.to_builtins(data), webhooks.EndpointInput)
    return call.answer(_show_secret(await webhooks.create_endpoint(call.ctx, call.caller, call.shop_id, new)))


@get(ONE, tags=TAGS, **reads(READ, wire.Webhook))
async def get_webhook(call: OpenCall, webhook_id: FromPath[UUID]) -> Response[bytes]:
    """One webhook."""
    return call.answer(_show(await webhooks.read_endpoint(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id))))


@patch(ONE, tags=TAGS, **writes(WRITE, wire.Webhook, InvalidInputError, AddressRefusedError, body=wire.WebhookEdit))
async def edit_webhook(call: OpenCall, webhook_id: FromPath[UUID]) -> Response[bytes]:
    """Change a webhook, switch it on or off."""
    data = await call.read(wire.WebhookEdit)
    edit = msgspec.convert(msgspec.to_builtins(data), webhooks.EndpointPatch)
    view = await webhooks.change_endpoint(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id), edit)
    return call.answer(_show(view))


@delete(ONE, tags=TAGS, **writes(WRITE, None, status=204))
async def delete_webhook(call: OpenCall, webhook_id: FromPath[UUID]) -> None:
    """Nothing is sent there any more."""
    await webhooks.delete_endpoint(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id))


@post(f"{ONE}/secret-rotation", tags=TAGS, **writes(WRITE, wire.WebhookSecret))
async def rotate_webhook_secret(call: OpenCall, webhook_id: FromPath[UUID]) -> Response[bytes]:
    """A new secret, told this once; the old one signs too for a day."""
    made = await webhooks.rotate_secret(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id))
    return call.answer(_show_secret(made))


@post(f"{ONE}/test", tags=TAGS, **writes(WRITE, wire.Delivery, EndpointDisabledError, status=201))
async def test_webhook(call: OpenCall, webhook_id: FromPath[UUID]) -> Response[bytes]:
    """Have a message sent that is only a test."""
    sent = await webhooks.send_test(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id))
    return call.answer(_show_delivery(sent))


@get(f"{ONE}/deliveries", tags=TAGS, **reads(READ, wire.DeliveryPage, is_list=True))
async def list_deliveries(
    call: OpenCall,
    webhook_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    which: Which = "all",
) -> Response[bytes]:
    """What was sent to a webhook, the newest first."""
    page = await webhooks.list_deliveries(
        call.ctx,
        call.caller,
        call.shop_id,
        EndpointId(webhook_id),
        which=which,
        type_name=None,
        cursor=await call.read_cursor_of_below(cursor, which),
        limit=limit,
    )
    next_cursor = await call.seal_cursor_of_below(page.next_cursor, which)
    return call.answer(wire.DeliveryPage(items=[_show_delivery(one) for one in page.items], next_cursor=next_cursor))


@post(
    f"{ONE}/deliveries/{{event_id:uuid}}/redelivery",
    tags=TAGS,
    **writes(WRITE, wire.Delivery, EndpointDisabledError),
)
async def redeliver_event(call: OpenCall, webhook_id: FromPath[UUID], event_id: FromPath[UUID]) -> Response[bytes]:
    """Have a message sent once more."""
    sent = await webhooks.redeliver_one(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id), event_id)
    return call.answer(_show_delivery(sent))


@post(
    f"{ONE}/redeliveries",
    tags=TAGS,
    **writes(WRITE, wire.Redelivery, InvalidInputError, EndpointDisabledError, body=wire.NewRedelivery),
)
async def redeliver_events(call: OpenCall, webhook_id: FromPath[UUID]) -> Response[bytes]:
    """Have everything sent again that is dead since a moment, or all since then."""
    data = await call.read(wire.NewRedelivery)
    wish = webhooks.RedeliveryInput(since_ms=require_moment(data.since, "since"), only_failed=data.only_failed)
    count = await webhooks.redeliver_since(call.ctx, call.caller, call.shop_id, EndpointId(webhook_id), wish)
    return call.answer(wire.Redelivery(count=count))


@get(
    "/events",
    tags=EVENTS,
    **reads(READ, wire.EventPage, InvalidInputError, EventsForgottenError, is_list=True),
)
async def list_events(
    call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 100, types: TypeNames = None
) -> Response[bytes]:
    """The messages that webhooks are told, to be fetched instead: the oldest first, none skipped.

    They are kept for thirty days; whoever comes later with an old cursor is told so by a 410.
    """
    wanted = [name.strip() for name in types.split(",")] if types else []
    below = await call.read_cursor_of_below(cursor)
    page = await webhooks.list_events(call.ctx, call.caller, call.shop_id, cursor=below, types=wanted, limit=limit)
    next_cursor = await call.seal_cursor_of_below(page.next_cursor)
    items = [to_wire(wire.Event, one) for one in page.items]
    return call.answer(wire.EventPage(items=items, next_cursor=next_cursor or "", has_more=page.has_more))


def _show(view: webhooks.EndpointView) -> wire.Webhook:
    return to_wire(wire.Webhook, view, own_id="endpoint_id")


def _show_secret(view: webhooks.SecretView) -> wire.WebhookSecret:
    return wire.WebhookSecret(webhook=_show(view.endpoint), secret=view.secret)


def _show_delivery(view: webhooks.DeliveryView) -> wire.Delivery:
    return to_wire(wire.Delivery, view, event_id=UUID(view.event_id))


routes = [
    list_webhook_types,
    list_webhooks,
    create_webhook,
    get_webhook,
    edit_webhook,
    delete_webhook,
    rotate_webhook_secret,
    test_webhook,
    list_deliveries,
    redeliver_event,
    redeliver_events,
    list_events,
]
