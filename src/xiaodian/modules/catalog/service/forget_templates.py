"""Products forget freight templates that their shop has removed."""

from collections.abc import Sequence

from xiaodian.contracts.shops import FreightTemplateRemoved
from xiaodian.infra.database import Database

_FORGET = """
    UPDATE catalog.product SET freight_template_id = NULL
    FROM unnest($1::uuid[], $2::uuid[]) AS removed (shop_id, template_id)
    WHERE product.shop_id = removed.shop_id AND product.freight_template_id = removed.template_id
"""


async def forget_templates(database: Database, events: Sequence[FreightTemplateRemoved]) -> None:
    """From now on these products name none, so their shop's default holds. The same again finds nothing to do."""
    async with database.transaction() as connection:
        await connection.execute(_FORGET, [event.shop_id for event in events], [event.template_id for event in events])
