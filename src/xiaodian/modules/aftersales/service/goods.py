"""What after-sales do with goods: pieces to exchange with, pieces that came back."""

from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.orders import Line
from xiaodian.infra.database import Connection
from xiaodian.modules.aftersales.models import AfterSale, Doing
from xiaodian.modules.catalog import api as catalog


async def find_replacement(connection: Connection, after_sale: AfterSale, line: Line) -> int:
    """Take the pieces to exchange with from the SKU's own stock; answers how many are missing, and then takes none."""
    stock_id = StockId(line.sku_id)
    shelf = await catalog.open_shelf(connection, [stock_id], lock=True)
    left = shelf.left(stock_id) if stock_id in shelf.skus else 0
    if left < after_sale.quantity:
        return after_sale.quantity - left
    shelf.take([(stock_id, after_sale.quantity)])
    await catalog.reserve_taken(connection, shelf)
    await catalog.spend_many(connection, {stock_id: after_sale.quantity})
    return 0


async def put_replacement_back(connection: Connection, after_sale: AfterSale, line: Line) -> None:
    """The pieces taken to exchange with stay in the house, and are for sale again."""
    await catalog.return_many(connection, {StockId(line.sku_id): after_sale.quantity})


async def take_back(connection: Connection, after_sale: AfterSale, line: Line, doing: Doing) -> None:
    """What was sent back has come, and is for sale again."""
    await catalog.restock_returned(
        connection, {line.stock_id: after_sale.quantity}, by=doing.account_id, reason=f"after_sale {after_sale.reason}"
    )
