"""Write messages: numbered, kept for who fetches them, and put into the lanes of the endpoints that want them.

Numbers are given out under the locks of the shop and the subject until the commit. So whoever sees a position also sees
all before it, and a cursor that has passed a position has missed nothing.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import EndpointId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.webhooks.models import Draft, Message

_encode = msgspec.json.Encoder().encode

_KNOWN = """
    SELECT shop_id, event_id FROM webhooks.event
    WHERE (shop_id, event_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
"""
_POSITIONS = """
    INSERT INTO webhooks.shop AS kept (shop_id, position)
    SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS new (shop_id, position) ORDER BY shop_id
    ON CONFLICT (shop_id) DO UPDATE SET position = kept.position + excluded.position
    RETURNING shop_id, position
"""
_SEQUENCES = """
    INSERT INTO webhooks.subject AS kept (shop_id, subject_id, kind, sequence, state)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[])
        AS new (shop_id, subject_id, kind, sequence, state)
    ORDER BY shop_id, subject_id
    ON CONFLICT (shop_id, subject_id) DO UPDATE
        SET sequence = kept.sequence + excluded.sequence, state = coalesce(excluded.state, kept.state)
    RETURNING shop_id, subject_id, sequence
"""
# Held, so that an endpoint that is deleted meanwhile takes the new lanes along.
_ENDPOINTS = """
    SELECT shop_id, endpoint_id, types FROM webhooks.endpoint
    WHERE shop_id = ANY($1::uuid[]) AND is_enabled ORDER BY shop_id, endpoint_id FOR KEY SHARE
"""
_OPEN_LANES = """
    INSERT INTO webhooks.lane AS kept (shop_id, endpoint_id, subject_id, due_at)
    SELECT DISTINCT shop_id, endpoint_id, subject_id, $4::timestamptz
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS new (shop_id, endpoint_id, subject_id)
    ORDER BY shop_id, endpoint_id, subject_id
    ON CONFLICT (shop_id, endpoint_id, subject_id) DO UPDATE SET due_at = kept.due_at
"""
_EVENT = ["shop_id", "position", "event_id", "type", "subject_id", "sequence", "recorded_at", "body"]
_DELIVERY = ["shop_id", "endpoint_id", "position", "event_id", "type", "subject_id", "created_at", "next_at"]

Lane = tuple[ShopId, EndpointId, UUID]


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its numbers."""

    position: int
    message: Message


async def record(connection: Connection, drafts: Sequence[Draft], now: datetime) -> list[Numbered]:
    """Number and keep messages that are not kept yet, and have them sent to the endpoints that want them."""
    numbered = await number(connection, drafts, now)
    await _send_to_all(connection, numbered, now)
    return numbered


async def number(connection: Connection, drafts: Sequence[Draft], now: datetime) -> list[Numbered]:
    """Number and keep messages, without having them sent."""
    fresh = await _drop_known(connection, drafts)
    if not fresh:
        return []
    position = await _take_positions(connection, fresh)
    sequence = await _take_sequences(connection, fresh)
    numbered: list[Numbered] = []
    for draft in fresh:
        key = (draft.shop_id, draft.subject.id)
        position[draft.shop_id] += 1
        sequence[key] += 1
        message = Message(
            id=draft.event_id,
            type=draft.type,
            timestamp=draft.occurred_at,
            shop_id=draft.shop_id,
            subject=draft.subject,
            sequence=sequence[key],
            data=msgspec.Raw(_encode(draft.data)),
        )
        numbered.append(Numbered(position=position[draft.shop_id], message=message))
    await connection.copy_records_to_table(
        "event", schema_name="webhooks", columns=_EVENT, records=[_to_row(one, now) for one in numbered]
    )
    return numbered


async def put_in_lanes(connection: Connection, endpoint_lanes: Collection[Lane], now: datetime) -> None:
    """Let something happen in these lanes soon; the caller has written what waits there."""
    shop_ids, endpoint_ids, subject_ids = zip(*endpoint_lanes, strict=True)
    await connection.execute(_OPEN_LANES, shop_ids, endpoint_ids, subject_ids, now)


async def insert_deliveries(
    connection: Connection, wanted: Sequence[tuple[EndpointId, Numbered]], now: datetime
) -> None:
    """New deliveries of messages to endpoints, and their lanes."""
    if not wanted:
        return
    rows = [
        (
            one.message.shop_id,
            endpoint_id,
            one.position,
            one.message.id,
            one.message.type,
            one.message.subject.id,
            now,
            now,
        )
        for endpoint_id, one in wanted
    ]
    await connection.copy_records_to_table("delivery", schema_name="webhooks", columns=_DELIVERY, records=rows)
    await put_in_lanes(connection, {(row[0], row[1], row[5]) for row in rows}, now)


async def _send_to_all(connection: Connection, numbered: Sequence[Numbered], now: datetime) -> None:
    if not numbered:
        return
    rows = await connection.fetch(_ENDPOINTS, list({one.message.shop_id for one in numbered}))
    wanting: dict[ShopId, list[tuple[EndpointId, frozenset[str]]]] = {}
    for row in rows:
        wanting.setdefault(row["shop_id"], []).append((row["endpoint_id"], frozenset(row["types"])))
    wanted = [
        (endpoint_id, one)
        for one in numbered
        for endpoint_id, types in wanting.get(one.message.shop_id, ())
        if one.message.type in types
    ]
    await insert_deliveries(connection, wanted, now)


async def _drop_known(connection: Connection, drafts: Sequence[Draft]) -> list[Draft]:
    rows = await connection.fetch(_KNOWN, [draft.shop_id for draft in drafts], [draft.event_id for draft in drafts])
    known = {(row["shop_id"], row["event_id"]) for row in rows}
    fresh = {(draft.shop_id, draft.event_id): draft for draft in drafts}
    return [draft for key, draft in fresh.items() if key not in known]


async def _take_positions(connection: Connection, fresh: Sequence[Draft]) -> dict[ShopId, int]:
    """The last position of each shop before these messages."""
    counts = Counter(draft.shop_id for draft in fresh)
    rows: list[Record] = await connection.fetch(_POSITIONS, list(counts), list(counts.values()))
    return {row["shop_id"]: row["position"] - counts[row["shop_id"]] for row in rows}


async def _take_sequences(connection: Connection, fresh: Sequence[Draft]) -> dict[tuple[ShopId, UUID], int]:
    """The last number of each subject before these messages."""
    counts = Counter((draft.shop_id, draft.subject.id) for draft in fresh)
    kinds = {(draft.shop_id, draft.subject.id): draft.subject.kind for draft in fresh}
    states = {(draft.shop_id, draft.subject.id): draft.state for draft in fresh if draft.state is not None}
    rows: list[Record] = await connection.fetch(
        _SEQUENCES,
        [shop_id for shop_id, _ in counts],
        [subject_id for _, subject_id in counts],
        [kinds[key] for key in counts],
        list(counts.values()),
        [states.get(key) for key in counts],
    )
    return {
        (row["shop_id"], row["subject_id"]): row["sequence"] - counts[row["shop_id"], row["subject_id"]] for row in rows
    }


def _to_row(one: Numbered, now: datetime) -> tuple[object, ...]:
    message = one.message
    return (
        message.shop_id,
        one.position,
        message.id,
        message.type,
        message.subject.id,
        message.sequence,
        now,
        _encode(message),
    )
