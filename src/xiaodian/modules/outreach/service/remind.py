"""Reminders that somebody asked for, on their way by e-mail and web push.

They are no advertisements: they count for no cap, opting out of a shop's messages does not stop them, and they keep to
no quiet hours, as who asked has chosen the hour by the room. What comes late is worth nothing and is dropped. Like
other messages each is marked just before it is sent, and never sent again when nobody knows whether it arrived.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import aiosmtplib
import msgspec

from xiaodian.contracts.accounts import Account, AccountId, NoticeKind
from xiaodian.contracts.content import ReminderCame
from xiaodian.contracts.live import RoomId, RoomInfo, RoomState
from xiaodian.contracts.outreach import Channel
from xiaodian.edge.context import Records
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.outbound import Outbound
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.live import api as live
from xiaodian.modules.outreach.mail_rules import write_reminder_mail
from xiaodian.modules.outreach.rules import next_try
from xiaodian.modules.outreach.service.browsers import Browser, Post, best_of, list_browsers, send_to_browser
from xiaodian.modules.outreach.service.deliver_mail import hand_over, is_mail_set_up, mail_server
from xiaodian.modules.outreach.service.push_keys import get_key
from xiaodian.modules.outreach.service.queue import LEASE, Fate, Outcome
from xiaodian.settings import Settings

AT_ONCE = 50
LATE = timedelta(minutes=30)
KEPT = timedelta(days=30)

# E-mails take their time, so they go with the first word of a room; a browser rings when there is something to see.
_QUEUE_MAIL = """
    INSERT INTO outreach.reminder (room_id, account_id, channel, is_on_air, state, given_at, due_at)
    SELECT $1, account_id, 'email', $3, 'waiting', $4, $4 FROM outreach.mail_consent
    WHERE account_id = ANY($2::uuid[]) ON CONFLICT DO NOTHING
"""
_QUEUE_PUSH = """
    INSERT INTO outreach.reminder (room_id, account_id, channel, is_on_air, state, given_at, due_at)
    SELECT DISTINCT $1::uuid, account_id, 'push', true, 'waiting', $3::timestamptz, $3::timestamptz
    FROM outreach.push_subscription WHERE account_id = ANY($2::uuid[]) ON CONFLICT DO NOTHING
"""
_GIVE_UP = """
    UPDATE outreach.reminder SET state = 'dropped', reason = CASE state WHEN 'sending' THEN 'unsure' ELSE 'late' END
    WHERE channel = $1 AND (state = 'sending' AND due_at <= $2 OR state = 'waiting' AND given_at <= $3)
"""
_TAKE = """
    UPDATE outreach.reminder SET due_at = $4, attempts = attempts + 1
    WHERE (room_id, account_id, channel) IN (
        SELECT room_id, account_id, channel FROM outreach.reminder
        WHERE channel = $1 AND state = 'waiting' AND due_at <= $2 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    ) RETURNING room_id, account_id, is_on_air, attempts
"""
_SETTLE = """
    UPDATE outreach.reminder SET state = $4, reason = $5, due_at = coalesce($6, due_at)
    WHERE (room_id, account_id, channel) = ($1, $2, $3) AND state IN ('waiting', 'sending')
"""
_HAND_OVER = """
    UPDATE outreach.reminder SET state = 'sending'
    WHERE (room_id, account_id, channel) = ($1, $2, $3) AND state = 'waiting'
"""


class Errand(NamedTuple):
    """A reminder on its way."""

    room_id: RoomId
    account_id: AccountId
    is_on_air: bool
    attempts: int


class Shown(NamedTuple):
    """The rooms that a batch of errands is about, and who hosts them."""

    rooms: Mapping[RoomId, RoomInfo]
    hosts: Mapping[AccountId, Account]
    utc_offset_h: int

    def is_true(self, errand: Errand) -> bool:
        """Whether it is still so: the room was not called off, and did not begin or end meanwhile."""
        room = self.rooms.get(errand.room_id)
        return room is not None and room.state in (live.ON_AIR_STATES if errand.is_on_air else (RoomState.PLANNED,))

    def words(self, errand: Errand, language: str) -> str:
        """What it says, in this language."""
        room = self.rooms[errand.room_id]
        params = {"name": self.hosts[room.host_id].display_name, "title": room.title}
        if room.planned_at is not None:
            params["time"] = f"{room.planned_at + timedelta(hours=self.utc_offset_h):%H:%M}"
        kind = NoticeKind.ROOM_ON_AIR if errand.is_on_air else NoticeKind.ROOM_SOON
        return translate(language, "notices", kind, params)


async def queue_reminders(connection: Connection, came: Sequence[ReminderCame], now: datetime) -> None:
    """Who found a reminder in the inbox also gets it by the ways that they said yes to, each once a room."""
    for event in came:
        await connection.execute(_QUEUE_MAIL, event.room_id, event.account_ids, event.is_on_air, now)
        if event.is_on_air:
            await connection.execute(_QUEUE_PUSH, event.room_id, event.account_ids, now)


async def push_reminders(records: Records, now: datetime) -> int:
    """Send what is due to browsers; answers how many arrived."""
    total = 0
    async with Outbound(records.settings) as outbound:
        while errands := await _take(records.database, Channel.PUSH, now):
            async with records.database.connection() as connection:
                key = await get_key(connection, Sealer.of(records.settings))
                shown = await _show(connection, records.settings, errands)
                browsers = await list_browsers(connection, [errand.account_id for errand in errands])
            post = Post(records, outbound, key, int(LATE.total_seconds()), "high")
            # A room has begun: who is reminded last should not wait for all others.
            outcomes = await asyncio.gather(
                *(_push(post, errand, browsers.get(errand.account_id, ()), shown, now) for errand in errands)
            )
            total += await _settle(records.database, Channel.PUSH, errands, outcomes, now)
    return total


async def mail_reminders(records: Records, now: datetime) -> int:
    """Send what is due by e-mail; answers how many the mail server took."""
    if not is_mail_set_up(records.settings):
        return 0
    total = 0
    while errands := await _take(records.database, Channel.EMAIL, now):
        outcomes = await _mail(records, errands)
        total += await _settle(records.database, Channel.EMAIL, errands, outcomes, now)
    return total


async def forget_reminders(database: Database, now: datetime) -> None:
    """What is long past is gone."""
    async with database.connection() as connection:
        await connection.execute("DELETE FROM outreach.reminder WHERE given_at < $1", now - KEPT)


async def _push(post: Post, errand: Errand, browsers: Sequence[Browser], shown: Shown, now: datetime) -> Outcome:
    if not shown.is_true(errand):
        return Outcome(Fate.DROPPED, "over")
    if not browsers or not await _mark(post.records.database, Channel.PUSH, errand):
        return Outcome(Fate.DROPPED, "not_wanted")

    def _words(language: str) -> bytes:
        title = translate(language, "notices", "reminder_title")
        return msgspec.json.encode(
            {"title": title, "body": shown.words(errand, language), "link": f"/rooms/{errand.room_id}"}
        )

    return best_of(
        await asyncio.gather(*(send_to_browser(post, each, _words(each.language), now) for each in browsers))
    )


async def _mail(records: Records, errands: Sequence[Errand]) -> list[Outcome]:
    people = [errand.account_id for errand in errands]
    async with records.database.connection() as connection:
        shown = await _show(connection, records.settings, errands)
        languages = await connection.fetch(
            "SELECT account_id, language FROM outreach.mail_consent WHERE account_id = ANY($1::uuid[])", people
        )
        addresses = await accounts.get_emails(connection, [row["account_id"] for row in languages])
    language_of = {row["account_id"]: row["language"] for row in languages}
    client = mail_server(records.settings)
    outcomes: list[Outcome] = []
    with suppress(aiosmtplib.SMTPException, OSError):
        async with client:
            for errand in errands:
                if not client.is_connected:
                    break
                to = addresses.get(errand.account_id)
                if to is None or not shown.is_true(errand):
                    outcomes.append(Outcome(Fate.DROPPED, "not_wanted" if to is None else "over"))
                    continue
                if not await _mark(records.database, Channel.EMAIL, errand):
                    outcomes.append(Outcome(Fate.DROPPED, "not_wanted"))
                    continue
                mail = write_reminder_mail(
                    shown.words(errand, language_of[errand.account_id]),
                    f"{records.settings.public_url.rstrip('/')}/rooms/{errand.room_id}",
                    to=to,
                    sender=records.settings.mail_from,
                    language=language_of[errand.account_id],
                )
                outcomes.append(await hand_over(client, mail))
    return outcomes + [Outcome(Fate.FAILED, "unreachable")] * (len(errands) - len(outcomes))


async def _show(connection: Connection, settings: Settings, errands: Sequence[Errand]) -> Shown:
    rooms = await live.get_rooms(connection, {errand.room_id for errand in errands})
    hosts = await accounts.get_accounts(connection, list({room.host_id for room in rooms.values()}))
    return Shown(rooms, hosts, settings.books_utc_offset_h)


async def _take(database: Database, channel: Channel, now: datetime) -> list[Errand]:
    async with database.transaction() as connection:
        await connection.execute(_GIVE_UP, channel, now, now - LATE)
        return [Errand(*row) for row in await connection.fetch(_TAKE, channel, now, AT_ONCE, now + LEASE)]


async def _mark(database: Database, channel: Channel, errand: Errand) -> bool:
    """Whether it goes: it waits yet, so nobody else has sent it, and the account is there."""
    async with database.connection() as connection:
        done = await connection.execute(_HAND_OVER, errand.room_id, errand.account_id, channel)
    return bool(done == "UPDATE 1")


async def _settle(
    database: Database, channel: Channel, errands: Sequence[Errand], outcomes: Sequence[Outcome], now: datetime
) -> int:
    rows: list[tuple[object, ...]] = []
    for errand, outcome in zip(errands, outcomes, strict=True):
        again_at = next_try(errand.attempts, now) if outcome.fate is Fate.FAILED else None
        state = "waiting" if again_at else "dropped" if outcome.fate is Fate.FAILED else outcome.fate.value
        rows.append((errand.room_id, errand.account_id, channel, state, outcome.reason, again_at))
    async with database.transaction() as connection:
        await connection.executemany(_SETTLE, rows)
    return sum(outcome.fate is Fate.SENT for outcome in outcomes)
