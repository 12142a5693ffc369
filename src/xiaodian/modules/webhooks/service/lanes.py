"""Lanes: who may send what next, and what follows from how it went. Safe with any number of processes.

A lane is leased for a time; whoever holds the lease sends its first message. If the holder dies, the lane is due again
when the time is over. A result counts only while the lease is still the holder's.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.webhooks import DeliveryState, DisabledReason, EndpointId
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks.models import Outcome, Parcel
from xiaodian.modules.webhooks.rules import GONE, next_try
from xiaodian.modules.webhooks.service.trouble import switch_off

LEASE = timedelta(seconds=60)
MAX_ENDPOINTS = 1000
TRIAL = 2
"""So many at once go to an endpoint that took nothing last time, until it takes something."""
SUCCESS_NOTED_EACH = timedelta(seconds=5)

# Hops from endpoint to endpoint along the index, so that a long queue of one costs no more than a short one.
_DUE_ENDPOINTS = """
    WITH RECURSIVE hop (endpoint_id) AS (
        (SELECT endpoint_id FROM webhooks.lane ORDER BY endpoint_id LIMIT 1)
        UNION ALL
        SELECT (SELECT lane.endpoint_id FROM webhooks.lane WHERE lane.endpoint_id > hop.endpoint_id
                ORDER BY lane.endpoint_id LIMIT 1)
        FROM hop WHERE hop.endpoint_id IS NOT NULL
    )
    SELECT endpoint.endpoint_id, endpoint.failing_since IS NOT NULL AS is_failing
    FROM hop JOIN webhooks.endpoint USING (endpoint_id)
    WHERE endpoint.is_enabled AND (endpoint.hold_until IS NULL OR endpoint.hold_until <= $1)
        AND EXISTS (SELECT FROM webhooks.lane WHERE lane.endpoint_id = endpoint.endpoint_id AND lane.due_at <= $1)
    LIMIT $2
"""
_LEASE = """
    WITH picked AS (
        SELECT free.shop_id, free.endpoint_id, free.subject_id
        FROM unnest($1::uuid[], $2::int[]) AS wanted (endpoint_id, quota)
        CROSS JOIN LATERAL (
            SELECT shop_id, endpoint_id, subject_id FROM webhooks.lane
            WHERE lane.endpoint_id = wanted.endpoint_id AND due_at <= $3
            ORDER BY due_at LIMIT wanted.quota FOR UPDATE SKIP LOCKED
        ) AS free
    )
    UPDATE webhooks.lane SET lease = $4, due_at = $5 FROM picked
    WHERE lane.shop_id = picked.shop_id AND lane.endpoint_id = picked.endpoint_id
        AND lane.subject_id = picked.subject_id
    RETURNING lane.shop_id, lane.endpoint_id, lane.subject_id
"""
_HEADS = """
    SELECT held.shop_id, held.endpoint_id, held.subject_id, head.position, head.event_id, head.attempts, event.body,
        endpoint.url, endpoint.sealed_secret,
        CASE WHEN endpoint.previous_until > $4 THEN endpoint.sealed_previous END AS sealed_previous
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS held (shop_id, endpoint_id, subject_id)
    JOIN webhooks.endpoint USING (shop_id, endpoint_id)
    CROSS JOIN LATERAL (
        SELECT position, event_id, attempts FROM webhooks.delivery
        WHERE delivery.endpoint_id = held.endpoint_id AND delivery.subject_id = held.subject_id
            AND delivery.state = 'waiting'
        ORDER BY position LIMIT 1
    ) AS head
    JOIN webhooks.event ON event.shop_id = held.shop_id AND event.position = head.position
"""
_HOLD = """
    SELECT lane.shop_id, lane.endpoint_id, lane.subject_id FROM webhooks.lane
    JOIN unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS ours (shop_id, endpoint_id, subject_id, lease)
        ON lane.shop_id = ours.shop_id AND lane.endpoint_id = ours.endpoint_id
        AND lane.subject_id = ours.subject_id AND lane.lease = ours.lease
    ORDER BY lane.shop_id, lane.endpoint_id, lane.subject_id FOR UPDATE OF lane
"""
_NOTE = """
    UPDATE webhooks.delivery SET state = went.state, attempts = delivery.attempts + 1, tried_at = went.at,
        next_at = went.next_at, status = went.status, error = went.error, duration_ms = went.duration_ms
    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[],
        $8::text[], $9::int[])
        AS went (shop_id, endpoint_id, position, state, at, next_at, status, error, duration_ms)
    WHERE delivery.shop_id = went.shop_id AND delivery.endpoint_id = went.endpoint_id
        AND delivery.position = went.position
"""
_CLOSE_EMPTY = """
    DELETE FROM webhooks.lane
    USING unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS over (shop_id, endpoint_id, subject_id)
    WHERE lane.shop_id = over.shop_id AND lane.endpoint_id = over.endpoint_id AND lane.subject_id = over.subject_id
        AND NOT EXISTS (
            SELECT FROM webhooks.delivery WHERE delivery.endpoint_id = over.endpoint_id
                AND delivery.subject_id = over.subject_id AND delivery.state = 'waiting'
        )
"""
_LET_GO = """
    UPDATE webhooks.lane SET lease = NULL, due_at = next.due_at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
        AS next (shop_id, endpoint_id, subject_id, due_at)
    WHERE lane.shop_id = next.shop_id AND lane.endpoint_id = next.endpoint_id AND lane.subject_id = next.subject_id
"""
_HEALTH = """
    UPDATE webhooks.endpoint SET
        failing_since = CASE WHEN told.is_well THEN NULL ELSE coalesce(endpoint.failing_since, told.at) END,
        warned_at = CASE WHEN told.is_well THEN NULL ELSE endpoint.warned_at END,
        last_success_at = CASE WHEN told.is_well THEN told.at ELSE endpoint.last_success_at END,
        last_error = CASE WHEN told.is_well THEN NULL ELSE told.error END,
        hold_until = told.hold_until
    FROM (
        SELECT endpoint.endpoint_id, endpoint.failing_since IS NOT NULL AS was_failing, said.*
        FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[], $4::text[], $5::timestamptz[])
            AS said (id, is_well, at, error, hold_until)
        JOIN webhooks.endpoint ON endpoint.endpoint_id = said.id
        WHERE NOT said.is_well OR endpoint.failing_since IS NOT NULL OR endpoint.last_success_at IS NULL
            OR endpoint.last_success_at < said.at - $6::interval OR endpoint.hold_until IS NOT NULL
        ORDER BY endpoint.endpoint_id FOR NO KEY UPDATE OF endpoint
    ) AS told
    WHERE endpoint.endpoint_id = told.endpoint_id
    RETURNING endpoint.endpoint_id, told.was_failing AND told.is_well AND endpoint.is_enabled AS is_back
"""
_WAKE = """
    UPDATE webhooks.lane SET due_at = $2 FROM (
        SELECT shop_id, endpoint_id, subject_id FROM webhooks.lane
        WHERE endpoint_id = ANY($1::uuid[]) AND lease IS NULL AND due_at > $2 FOR UPDATE SKIP LOCKED
    ) AS asleep
    WHERE lane.shop_id = asleep.shop_id AND lane.endpoint_id = asleep.endpoint_id
        AND lane.subject_id = asleep.subject_id
"""
_ATTEMPT = ["shop_id", "endpoint_id", "position", "attempt_id", "at", "status", "error", "duration_ms", "answer"]


class Result(NamedTuple):
    """A parcel, and how it went."""

    parcel: Parcel
    outcome: Outcome


class _Decision(NamedTuple):
    result: Result
    state: DeliveryState
    next_at: datetime | None


async def lease_lanes(
    connection: Connection, now: datetime, *, free: int, per_endpoint: int, busy: Mapping[EndpointId, int]
) -> list[Parcel]:
    """The first messages of up to `free` lanes that are due, now leased; no endpoint gets more than its share.

    `busy` says how many go to each endpoint already, from this process.
    """
    if free <= 0:
        return []
    rows = await connection.fetch(_DUE_ENDPOINTS, now, MAX_ENDPOINTS)
    rooms = {
        row["endpoint_id"]: (TRIAL if row["is_failing"] else per_endpoint) - busy.get(row["endpoint_id"], 0)
        for row in rows
    }
    quotas = share(free, {endpoint_id: room for endpoint_id, room in rooms.items() if room > 0})
    if not quotas:
        return []
    lease = new_id()
    held = await connection.fetch(_LEASE, list(quotas), list(quotas.values()), now, lease, now + LEASE)
    if not held:
        return []
    columns = [[row[name] for row in held] for name in ("shop_id", "endpoint_id", "subject_id")]
    heads = await connection.fetch(_HEADS, *columns, now)
    if len(heads) < len(held):
        await connection.execute(_CLOSE_EMPTY, *columns)
    return [Parcel(lease=lease, **row) for row in heads]


def share(free: int, rooms: Mapping[EndpointId, int]) -> dict[EndpointId, int]:
    """Give out `free` places one by one, round and round, none more than it has room for; by chance who is first."""
    order = random.sample(sorted(rooms), len(rooms))
    given: dict[EndpointId, int] = {}
    while free > 0 and order:
        for endpoint_id in order[:free]:
            given[endpoint_id] = given.get(endpoint_id, 0) + 1
        free -= min(free, len(order))
        order = [endpoint_id for endpoint_id in order if given.get(endpoint_id, 0) < rooms[endpoint_id]]
    return given


async def note_results(connection: Connection, results: Sequence[Result], now: datetime) -> None:
    """Write how messages went, and let their lanes go on. Emits WebhookTroubled for those that answered 410."""
    back = await _note_health(connection, results)
    held = await _hold(connection, results)
    decisions = [_decide(result) for result in results if (result.parcel.endpoint_id, result.parcel.subject_id) in held]
    if decisions:
        await _write(connection, decisions)
        await _let_go(connection, decisions, now)
    if back:
        await connection.execute(_WAKE, back, now)


def _decide(result: Result) -> _Decision:
    if result.outcome.is_taken:
        return _Decision(result, DeliveryState.DELIVERED, None)
    next_at = next_try(result.parcel.attempts + 1, result.outcome, random.random())
    return _Decision(result, DeliveryState.WAITING if next_at else DeliveryState.DEAD, next_at)


async def _hold(connection: Connection, results: Sequence[Result]) -> set[tuple[EndpointId, UUID]]:
    """The lanes that are still leased to us. One whose time was over is another's, who sends the message once more."""
    parcels = [result.parcel for result in results]
    rows = await connection.fetch(
        _HOLD,
        [parcel.shop_id for parcel in parcels],
        [parcel.endpoint_id for parcel in parcels],
        [parcel.subject_id for parcel in parcels],
        [parcel.lease for parcel in parcels],
    )
    return {(row["endpoint_id"], row["subject_id"]) for row in rows}


async def _note_health(connection: Connection, results: Sequence[Result]) -> list[EndpointId]:
    """What the results say of the endpoints; answers those that take messages again."""
    said: dict[EndpointId, list[Outcome]] = {}
    for result in results:
        said.setdefault(result.parcel.endpoint_id, []).append(result.outcome)
    gone = [endpoint_id for endpoint_id, outcomes in said.items() if any(one.status == GONE for one in outcomes)]
    wells = {endpoint_id: [one for one in outcomes if one.is_taken] for endpoint_id, outcomes in said.items()}
    rows = await connection.fetch(
        _HEALTH,
        list(said),
        [bool(wells[endpoint_id]) for endpoint_id in said],
        [(wells[endpoint_id] or outcomes)[-1].at for endpoint_id, outcomes in said.items()],
        [outcomes[-1].error for outcomes in said.values()],
        [_hold_until(outcomes) for outcomes in said.values()],
        SUCCESS_NOTED_EACH,
    )
    back = [row["endpoint_id"] for row in rows if row["is_back"]]
    if back:
        await shops.drop_own_notices(connection, back)
    await switch_off(connection, gone, DisabledReason.GONE, max(result.outcome.at for result in results))
    return back


def _hold_until(outcomes: Sequence[Outcome]) -> datetime | None:
    """Until when a receiver wants to be left alone altogether (429 or 503 with Retry-After)."""
    asked = [
        one.at + timedelta(seconds=min(one.retry_after_s, 3600))
        for one in outcomes
        if one.retry_after_s is not None and one.status in (429, 503)
    ]
    return max(asked, default=None)


async def _write(connection: Connection, decisions: Sequence[_Decision]) -> None:
    parcels = [decision.result.parcel for decision in decisions]
    outcomes = [decision.result.outcome for decision in decisions]
    await connection.execute(
        _NOTE,
        [parcel.shop_id for parcel in parcels],
        [parcel.endpoint_id for parcel in parcels],
        [parcel.position for parcel in parcels],
        [decision.state for decision in decisions],
        [outcome.at for outcome in outcomes],
        [decision.next_at for decision in decisions],
        [outcome.status for outcome in outcomes],
        [outcome.error for outcome in outcomes],
        [outcome.duration_ms for outcome in outcomes],
    )
    records = [
        (
            parcel.shop_id,
            parcel.endpoint_id,
            parcel.position,
            new_id(),
            outcome.at,
            outcome.status,
            outcome.error,
            outcome.duration_ms,
            outcome.answer,
        )
        for parcel, outcome in zip(parcels, outcomes, strict=True)
    ]
    await connection.copy_records_to_table("attempt", schema_name="webhooks", columns=_ATTEMPT, records=records)


async def _let_go(connection: Connection, decisions: Sequence[_Decision], now: datetime) -> None:
    parcels = [decision.result.parcel for decision in decisions]
    columns = (
        [parcel.shop_id for parcel in parcels],
        [parcel.endpoint_id for parcel in parcels],
        [parcel.subject_id for parcel in parcels],
    )
    await connection.execute(_CLOSE_EMPTY, *columns)
    await connection.execute(_LET_GO, *columns, [decision.next_at or now for decision in decisions])
