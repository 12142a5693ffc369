"""The platform writes a notice to a shop, or makes one by itself; somebody there confirms having read it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import OWN_KINDS, RuleKind, RuleNotice, ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.service.note_deed import note_deed
from xiaodian.modules.shops.settings_queries import lock_rule_notice
from xiaodian.modules.shops.wire_settings import RuleNoticeInput


async def write_notice(database: Database, caller: Caller, data: RuleNoticeInput) -> RuleNotice:
    """An operator tells a shop something. Raises NotFoundError (no such shop), InvalidInputError."""
    if data.kind in OWN_KINDS:
        raise InvalidInputError(field="kind", reason="not_allowed")
    now = utc_now()
    deadline_at = from_epoch_ms(data.deadline_ms) if data.deadline_ms is not None else None
    if deadline_at is not None and deadline_at <= now:
        raise InvalidInputError(field="deadline_ms", reason="in_the_past")
    text = data.text.strip()
    if not text:
        raise InvalidInputError(field="text", reason="empty")
    shop_id, notice_id = ShopId(data.shop_id), new_id()
    async with database.transaction() as connection:
        await queries.get_shop(connection, shop_id)
        await connection.execute(
            """
            INSERT INTO shops.rule_notice (
                shop_id, notice_id, kind, text, measure, deadline_at, written_by, written_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            shop_id,
            notice_id,
            data.kind,
            text,
            data.measure.strip(),
            deadline_at,
            caller.account_id,
            now,
        )
        return await lock_rule_notice(connection, shop_id, notice_id)


async def confirm_notice(database: Database, caller: Caller, shop_id: ShopId, notice_id: UUID) -> RuleNotice:
    """Somebody who runs the shop has read it; said again it changes nothing. Raises NotFoundError, ForbiddenError."""
    now = utc_now()
    async with database.transaction() as connection:
        await queries.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
        notice = await lock_rule_notice(connection, shop_id, notice_id)
        if notice.read_at_ms is not None:
            return notice
        await connection.execute(
            "UPDATE shops.rule_notice SET read_by = $3, read_at = $4 WHERE shop_id = $1 AND notice_id = $2",
            shop_id,
            notice_id,
            caller.account_id,
            now,
        )
        await note_deed(connection, caller, shop_id, deed="notice.confirmed", target=str(notice_id))
    return msgspec.structs.replace(notice, read_at_ms=to_epoch_ms(now), read_by=caller.display_name)


async def put_own_notice(
    connection: Connection, shop_id: ShopId, subject_id: UUID, *, kind: RuleKind, text: str, now: datetime
) -> None:
    """The platform itself tells a shop of something; it takes the place of what it told before of the same subject."""
    await drop_own_notices(connection, [subject_id])
    await connection.execute(
        """
        INSERT INTO shops.rule_notice (shop_id, notice_id, kind, text, measure, written_at, subject_id)
        VALUES ($1, $2, $3, $4, '', $5, $6)
        """,
        shop_id,
        new_id(),
        kind,
        text,
        now,
        subject_id,
    )


async def drop_own_notices(connection: Connection, subject_ids: Collection[UUID]) -> None:
    """There is nothing to be told of these subjects any more."""
    await connection.execute("DELETE FROM shops.rule_notice WHERE subject_id = ANY($1::uuid[])", list(subject_ids))
