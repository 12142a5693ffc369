"""Fans as lists show them: each a card."""

from collections.abc import Sequence

from xiaodian.contracts.fans import FanCard
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import queries


async def cards_of(connection: Connection, shop_id: ShopId, rows: Sequence[Record]) -> list[FanCard]:
    """The cards of rows with the columns FAN, in their order. The caller has checked whose fans they are."""
    ids = [row["account_id"] for row in rows]
    people = await accounts.get_accounts(connection, ids)
    tags = await queries.list_tags(connection, shop_id, ids)
    return [queries.to_card(row, people.get(row["account_id"]), tags.get(row["account_id"], [])) for row in rows]
