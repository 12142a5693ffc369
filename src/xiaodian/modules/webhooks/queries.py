"""Reads of endpoints, deliveries and messages; explicit columns, structs out."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import DeliveryState, DisabledReason, EndpointId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.webhooks.models import Attempt, Delivery, Endpoint

MOST_COUNTED = 10_000
"""Beyond it nobody needs to know how many wait."""

_ENDPOINT = ", ".join(Endpoint.__struct_fields__)
_DELIVERY = ", ".join(Delivery.__struct_fields__)
_ATTEMPT = ", ".join(Attempt.__struct_fields__)

# An app sees only what it made itself; people see all.
_VISIBLE = "shop_id = $1 AND ($2::uuid IS NULL OR app_id = $2)"


class Health(NamedTuple):
    """How much of what kind there is at an endpoint."""

    waiting: int
    dead: int


async def list_endpoints(connection: Connection, caller: Caller, shop_id: ShopId) -> list[Endpoint]:
    """The endpoints of a shop that the caller may see, the oldest first."""
    rows = await connection.fetch(
        f"SELECT {_ENDPOINT} FROM webhooks.endpoint WHERE {_VISIBLE} ORDER BY endpoint_id", shop_id, caller.app_id
    )
    return [_to_endpoint(row) for row in rows]


async def get_endpoint(
    connection: Connection, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId, *, lock: bool = False
) -> Endpoint:
    """An endpoint of a shop, if the caller may see it; with `lock`, held. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_ENDPOINT} FROM webhooks.endpoint WHERE {_VISIBLE} AND endpoint_id = $3"
        + (" FOR NO KEY UPDATE" if lock else ""),
        shop_id,
        caller.app_id,
        endpoint_id,
    )
    if row is None:
        raise NotFoundError
    return _to_endpoint(row)


async def get_health(connection: Connection, endpoints: Collection[Endpoint]) -> dict[EndpointId, Health]:
    """What waits and what is dead at each, counted up to MOST_COUNTED."""
    rows = await connection.fetch(
        """
        SELECT asked.endpoint_id,
            (SELECT count(*) FROM (
                SELECT FROM webhooks.delivery WHERE delivery.endpoint_id = asked.endpoint_id AND state = 'waiting'
                LIMIT $3) AS one) AS waiting,
            (SELECT count(*) FROM (
                SELECT FROM webhooks.delivery WHERE delivery.shop_id = asked.shop_id
                    AND delivery.endpoint_id = asked.endpoint_id AND state = 'dead'
                    AND (state = 'dead' OR (state = 'waiting' AND attempts > 0))
                LIMIT $3) AS one) AS dead
        FROM unnest($1::uuid[], $2::uuid[]) AS asked (shop_id, endpoint_id)
        """,
        [endpoint.shop_id for endpoint in endpoints],
        [endpoint.endpoint_id for endpoint in endpoints],
        MOST_COUNTED,
    )
    return {row["endpoint_id"]: Health(row["waiting"], row["dead"]) for row in rows}


async def list_deliveries(
    connection: Connection,
    endpoint: Endpoint,
    *,
    states: Collection[DeliveryState],
    only_troubled: bool,
    type_name: str | None,
    before: int | None,
    limit: int,
) -> list[Delivery]:
    """What was or is to be sent to an endpoint, the newest first. Troubled: dead, or tried in vain so far."""
    troubled = "AND (state = 'dead' OR (state = 'waiting' AND attempts > 0))" if only_troubled else ""
    rows = await connection.fetch(
        f"""
        SELECT {_DELIVERY} FROM webhooks.delivery
        WHERE shop_id = $1 AND endpoint_id = $2 AND ($3::bigint IS NULL OR position < $3) AND state = ANY($4::text[])
            AND ($5::text IS NULL OR type = $5) {troubled}
        ORDER BY position DESC LIMIT $6
        """,
        endpoint.shop_id,
        endpoint.endpoint_id,
        before,
        list(states),
        type_name,
        limit,
    )
    return [_to_delivery(row) for row in rows]


async def get_delivery(connection: Connection, endpoint: Endpoint, event_id: UUID) -> Delivery:
    """What became of a message at an endpoint. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"""
        SELECT {_DELIVERY} FROM webhooks.delivery
        WHERE shop_id = $1 AND endpoint_id = $2 AND position = (
            SELECT position FROM webhooks.event WHERE shop_id = $1 AND event_id = $3
        )
        """,
        endpoint.shop_id,
        endpoint.endpoint_id,
        event_id,
    )
    if row is None:
        raise NotFoundError
    return _to_delivery(row)


async def list_attempts(connection: Connection, endpoint: Endpoint, position: int, limit: int) -> list[Attempt]:
    """The tries of a delivery, the last first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ATTEMPT} FROM webhooks.attempt WHERE shop_id = $1 AND endpoint_id = $2 AND position = $3
        ORDER BY attempt_id DESC LIMIT $4
        """,
        endpoint.shop_id,
        endpoint.endpoint_id,
        position,
        limit,
    )
    return [Attempt(**row) for row in rows]


async def get_body(connection: Connection, shop_id: ShopId, position: int) -> bytes:
    """A message as it is sent. Raises NotFoundError."""
    body: bytes | None = await connection.fetchval(
        "SELECT body FROM webhooks.event WHERE shop_id = $1 AND position = $2", shop_id, position
    )
    if body is None:
        raise NotFoundError
    return body


class Stretch(NamedTuple):
    """A piece of a shop's messages."""

    bodies: list[tuple[int, bytes]]
    """Position and message, the first first."""
    end: int
    """The shop's last position when this was read."""
    forgotten: int
    """Up to here nothing is kept any more."""


async def read_messages(
    connection: Connection, shop_id: ShopId, *, after: int, types: Collection[str], limit: int
) -> Stretch:
    """The next messages of some types after a position, all seen at one moment."""
    rows = await connection.fetch(
        """
        SELECT shop.position AS end, shop.forgotten, found.position, found.body
        FROM webhooks.shop LEFT JOIN LATERAL (
            SELECT position, body FROM webhooks.event
            WHERE event.shop_id = shop.shop_id AND event.position > $2 AND event.type = ANY($3::text[])
            ORDER BY event.position LIMIT $4
        ) AS found ON true
        WHERE shop.shop_id = $1
        ORDER BY found.position
        """,
        shop_id,
        after,
        list(types),
        limit,
    )
    if not rows:
        return Stretch([], 0, 0)
    bodies = [(row["position"], row["body"]) for row in rows if row["position"] is not None]
    return Stretch(bodies, rows[0]["end"], rows[0]["forgotten"])


async def count_since(connection: Connection, endpoint: Endpoint, since: datetime) -> int:
    """How many messages an endpoint would want came since a moment, counted up to MOST_COUNTED."""
    return int(
        await connection.fetchval(
            """
            SELECT count(*) FROM (
                SELECT FROM webhooks.event WHERE shop_id = $1 AND recorded_at >= $2 AND type = ANY($3::text[]) LIMIT $4
            ) AS one
            """,
            endpoint.shop_id,
            since,
            endpoint.types,
            MOST_COUNTED,
        )
    )


def _to_endpoint(row: Record) -> Endpoint:
    reason = row["disabled_reason"]
    return Endpoint(**{**row, "disabled_reason": DisabledReason(reason) if reason else None})


def _to_delivery(row: Record) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
