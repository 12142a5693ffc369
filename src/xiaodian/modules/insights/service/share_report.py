"""Links to a room's report for who has no account here: made, listed, ended, followed."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.contracts.reports import (
    Report,
    ReportLinkEndedError,
    ReportLinksFullError,
    ReportPart,
    RoomNotOverError,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.sealing import Sealer
from xiaodian.kit.ids import new_id
from xiaodian.modules.insights.report_rules import leave_out
from xiaodian.modules.insights.service.eyes import Eyes, open_eyes
from xiaodian.modules.insights.service.see_report import get_report
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

TOKEN_BYTES = 32
MAX_LINKS = 20
"""Of one room, at once."""
KEPT_AFTER_END = timedelta(days=90)
"""So long who follows a link is told that it has ended, not that it never was."""
_PURPOSE = "report link"
_COLUMNS = "link_id, room_id, shop_id, sealed_token, parts, made_by, made_at, expires_at, ended_at"


class Link(NamedTuple):
    """A row of insights.report_link, without its hash."""

    link_id: UUID
    room_id: RoomId
    shop_id: ShopId | None
    """Whose sales it shows; None: all of them, as the host sees them."""
    sealed_token: bytes
    parts: list[str]
    made_by: AccountId
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    def token(self, sealer: Sealer) -> str:
        """The secret in its address."""
        return sealer.open(self.sealed_token, _PURPOSE)


async def make_link(
    ctx: Context, caller: Caller, eyes: Eyes, parts: Collection[ReportPart], lasts: timedelta, now: datetime
) -> Link:
    """A link that shows these parts for so long.

    Raises NotFoundError, ForbiddenError, RoomNotOverError, ReportLinksFullError.
    """
    if eyes.room.state is not RoomState.ENDED:
        raise RoomNotOverError
    if ReportPart.MONEY in parts and not eyes.sees_money:
        raise ForbiddenError(right=Scope.FINANCE_READ)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    sealed = Sealer.of(ctx.settings).seal(token, _PURPOSE)
    async with ctx.database.transaction() as connection:
        await _require_sharing(connection, caller, eyes)
        # Two at once would both find a place free; the room's own lock lets one look after the other.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"report {eyes.room.room_id}")
        if len(await _list_open(connection, eyes, now)) >= MAX_LINKS:
            raise ReportLinksFullError(most=MAX_LINKS)
        row = await connection.fetchrow(
            f"""
            INSERT INTO insights.report_link (
                link_id, room_id, shop_id, token_hash, sealed_token, parts, made_by, made_at, expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING {_COLUMNS}
            """,
            new_id(),
            eyes.room.room_id,
            eyes.shop_id,
            _hash(token),
            sealed,
            sorted(set(parts)),
            caller.account_id,
            now,
            now + lasts,
        )
        await _note(connection, caller, eyes, "room.report_shared")
    assert row is not None
    return Link(*row)


async def list_links(connection: Connection, caller: Caller, eyes: Eyes, now: datetime) -> list[Link]:
    """Links that can be followed, the newest first; of those that show money nothing is said to who may not see it.

    Raises NotFoundError, ForbiddenError.
    """
    await _require_sharing(connection, caller, eyes)
    found = await _list_open(connection, eyes, now)
    return [link for link in found if eyes.sees_money or ReportPart.MONEY not in link.parts]


async def end_link(ctx: Context, caller: Caller, eyes: Eyes, link_id: UUID, now: datetime) -> None:
    """From now on it shows nothing. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        await _require_sharing(connection, caller, eyes)
        ended = await connection.fetchval(
            """
            UPDATE insights.report_link SET ended_at = coalesce(ended_at, $4)
            WHERE link_id = $1 AND room_id = $2 AND shop_id IS NOT DISTINCT FROM $3 RETURNING link_id
            """,
            link_id,
            eyes.room.room_id,
            eyes.shop_id,
            now,
        )
        if ended is None:
            raise NotFoundError
        await _note(connection, caller, eyes, "room.report_unshared")


async def follow_link(connection: Connection, token: str, now: datetime) -> Report:
    """What a link shows, to anybody who has it. Raises NotFoundError, ReportLinkEndedError."""
    link = await find_link(connection, token, now)
    room = await live.get_room(connection, link.room_id)
    sees_traffic = link.shop_id is None or room.shop_id == link.shop_id
    eyes = Eyes(room, link.shop_id, sees_money=ReportPart.MONEY in link.parts, sees_traffic=sees_traffic)
    return leave_out(await get_report(connection, eyes, now), {ReportPart(part) for part in link.parts})


async def find_link(connection: Connection, token: str, now: datetime) -> Link:
    """The link of a secret. Raises NotFoundError, ReportLinkEndedError."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM insights.report_link WHERE token_hash = $1", _hash(token))
    if row is None:
        raise NotFoundError
    link = Link(*row)
    if link.ended_at is not None or link.expires_at <= now:
        raise ReportLinkEndedError
    return link


async def end_links_of_staff(connection: Connection, shop_id: ShopId, account_id: AccountId, now: datetime) -> None:
    """Links that somebody made for a shop end with the right to make them; those that show money with the right to see
    it. Who gets the right back makes new ones.
    """
    rights = await shops.list_rights(connection, shop_id, account_id)
    if Scope.ROOMS_WRITE in rights and Scope.FINANCE_READ in rights:
        return
    await connection.execute(
        """
        UPDATE insights.report_link SET ended_at = $3
        WHERE shop_id = $1 AND made_by = $2 AND ended_at IS NULL AND ($4 OR $5 = ANY(parts))
        """,
        shop_id,
        account_id,
        now,
        Scope.ROOMS_WRITE not in rights,
        ReportPart.MONEY,
    )


async def forget_links(connection: Connection, now: datetime) -> None:
    """Links that ended long ago are as if they had never been."""
    await connection.execute("DELETE FROM insights.report_link WHERE expires_at < $1", now - KEPT_AFTER_END)


async def open_sharing_eyes(connection: Connection, caller: Caller, room_id: RoomId, shop_id: ShopId | None) -> Eyes:
    """Whose view of a room is shared. Raises NotFoundError, ForbiddenError."""
    eyes = await open_eyes(connection, caller, room_id, shop_id)
    await _require_sharing(connection, caller, eyes)
    return eyes


async def _require_sharing(connection: Connection, caller: Caller, eyes: Eyes) -> None:
    """The host shares the whole; a shop's view is shared by who may change its rooms."""
    if eyes.shop_id is not None:
        await shops.require_right(connection, caller, eyes.shop_id, Scope.ROOMS_WRITE)


async def _list_open(connection: Connection, eyes: Eyes, now: datetime) -> list[Link]:
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM insights.report_link
        WHERE room_id = $1 AND shop_id IS NOT DISTINCT FROM $2 AND ended_at IS NULL AND expires_at > $3
        ORDER BY link_id DESC LIMIT {MAX_LINKS}
        """,
        eyes.room.room_id,
        eyes.shop_id,
        now,
    )
    return [Link(*row) for row in rows]


async def _note(connection: Connection, caller: Caller, eyes: Eyes, deed: str) -> None:
    """What staff show to others stands in the shop's log."""
    if eyes.shop_id is not None:
        details = {"title": eyes.room.title}
        await shops.note_deed(
            connection, caller, eyes.shop_id, deed=deed, target=str(eyes.room.room_id), details=details
        )


def _hash(token: str) -> bytes:
    """A plain hash is enough, because the secret cannot be guessed."""
    return sha256(token.encode()).digest()
