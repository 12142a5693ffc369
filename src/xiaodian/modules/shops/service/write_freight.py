"""A shop's staff writes the templates by which freight is reckoned. Orders keep the freight they were placed with."""

from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import FreightTemplate, FreightTemplateRemoved, ShopId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.freight import MOST_TEMPLATES, check_regions
from xiaodian.modules.shops.freight_queries import get_freight_template, list_freight_templates
from xiaodian.modules.shops.service.note_deed import note_deed
from xiaodian.modules.shops.wire import FreightTemplateInput, to_template

_INSERT = """
    INSERT INTO shops.freight_template (shop_id, template_id, name, is_default, rate, exceptions, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_UPDATE = """
    UPDATE shops.freight_template SET name = $3, is_default = $4, rate = $5, exceptions = $6
    WHERE shop_id = $1 AND template_id = $2
"""


async def create_template(ctx: Context, caller: Caller, shop_id: ShopId, data: FreightTemplateInput) -> FreightTemplate:
    """A new template; as the default, it takes the place of the one before.

    Raises NotFoundError to who is not on the staff, ForbiddenError, InvalidInputError.
    """
    template = to_template(data, shop_id, new_id())
    check_regions(template)
    async with ctx.database.transaction() as connection:
        present = await _lock_templates(connection, caller, shop_id)
        if len(present) >= MOST_TEMPLATES:
            raise InvalidInputError(field="name", reason="too_many", most=MOST_TEMPLATES)
        await _make_room_for_default(connection, template)
        await _write(connection, _INSERT, template, utc_now())
        await _note(connection, caller, "freight.created", template)
    return template


async def replace_template(
    ctx: Context, caller: Caller, shop_id: ShopId, template_id: UUID, data: FreightTemplateInput
) -> FreightTemplate:
    """The template as it shall be for orders from now on. Raises NotFoundError, InvalidInputError."""
    template = to_template(data, shop_id, template_id)
    check_regions(template)
    async with ctx.database.transaction() as connection:
        await _lock_templates(connection, caller, shop_id)
        await get_freight_template(connection, shop_id, template_id)
        await _make_room_for_default(connection, template)
        await _write(connection, _UPDATE, template)
        await _note(connection, caller, "freight.changed", template)
    return template


async def remove_template(ctx: Context, caller: Caller, shop_id: ShopId, template_id: UUID) -> None:
    """From now on its products travel by the shop's default.

    The default itself can be removed only as the last one: else, unnoticed, everything else would travel free.
    Raises NotFoundError, InvalidInputError.
    """
    async with ctx.database.transaction() as connection:
        present = await _lock_templates(connection, caller, shop_id)
        template = await get_freight_template(connection, shop_id, template_id)
        if template.is_default and len(present) > 1:
            raise InvalidInputError(field="template_id", reason="is_default")
        await connection.execute(
            "UPDATE shops.freight_template SET removed_at = $3 WHERE shop_id = $1 AND template_id = $2",
            shop_id,
            template_id,
            utc_now(),
        )
        await _note(connection, caller, "freight.removed", template)
        await outbox.emit(connection, FreightTemplateRemoved(shop_id=shop_id, template_id=template_id))
    await ctx.broker.poke("outbox")


async def _lock_templates(connection: Connection, caller: Caller, shop_id: ShopId) -> list[FreightTemplate]:
    """One at a time writes a shop's templates."""
    await queries.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
    await connection.execute("SELECT FROM shops.shop WHERE shop_id = $1 FOR NO KEY UPDATE", shop_id)
    return await list_freight_templates(connection, shop_id)


async def _note(connection: Connection, caller: Caller, deed: str, template: FreightTemplate) -> None:
    await note_deed(
        connection,
        caller,
        template.shop_id,
        deed=deed,
        target=str(template.template_id),
        details={"name": template.name},
    )


async def _make_room_for_default(connection: Connection, template: FreightTemplate) -> None:
    if template.is_default:
        await connection.execute(
            """
            UPDATE shops.freight_template SET is_default = false
            WHERE shop_id = $1 AND template_id <> $2 AND is_default AND removed_at IS NULL
            """,
            template.shop_id,
            template.template_id,
        )


async def _write(connection: Connection, statement: str, template: FreightTemplate, *more: object) -> None:
    await connection.execute(
        statement,
        template.shop_id,
        template.template_id,
        template.name,
        template.is_default,
        msgspec.to_builtins(template.rate),
        msgspec.to_builtins(template.exceptions),
        *more,
    )
