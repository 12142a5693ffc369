"""Which product a message of a flow is about, in its words."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.outreach import Campaign, Trigger
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.outreach.rules import name_product

OF_PRODUCTS: Collection[Trigger] = (Trigger.RUNNING_OUT, Trigger.BACK_IN_STOCK, Trigger.PRICE_DROP)
"""Their occasions begin with the id of a product."""


async def titles_of(connection: Connection, messages: Sequence[tuple[Campaign, str]]) -> Mapping[str, str]:
    """By occasion, the title of the product that it is about; of other occasions nothing."""
    ids = {
        occasion: ProductId(UUID(occasion.split()[0]))
        for campaign, occasion in messages
        if campaign.trigger in OF_PRODUCTS
    }
    if not ids:
        return {}
    products = await catalog.get_products(connection, sorted(set(ids.values())))
    titles = {product.product_id: product.title for product in products}
    return {occasion: titles.get(product_id, "") for occasion, product_id in ids.items()}


def fill_in(campaign: Campaign, title: str | None) -> Campaign:
    """The message with the product named in it."""
    return campaign if title is None else msgspec.structs.replace(campaign, text=name_product(campaign.text, title))
