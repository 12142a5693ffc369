"""What a shop sells, as whoever looks around in it sees it."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.catalog import ProductState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import Page
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live.service.show_goods import Placed, show_goods
from xiaodian.modules.shops import api as shops

_WHICH = catalog.ProductFilter(state=ProductState.ON_SALE)
# By sales would be better for the shop, but a cursor would tell everybody its figures.
_SORT = catalog.ProductSort.NEWEST


async def list_goods(
    connection: Connection, caller: Caller | None, shop_id: ShopId, *, cursor: str | None, limit: int
) -> Page[BagItem]:
    """What is on sale, the newest first, with prices and stock of now; of a closed shop nothing. Raises NotFoundError,
    BadCursorError.
    """
    shop = await shops.get_visible_shop(connection, caller, shop_id)
    rows = await catalog.see_rows(connection, shop_id, _WHICH, _SORT, cursor=cursor, limit=limit)
    if not shop.is_open:
        return Page(items=[], next_cursor=None)
    placed = [Placed(shop_id, number, row.product_id) for number, row in enumerate(rows.items, 1)]
    goods = await show_goods(connection, placed, "shop")
    return Page(items=goods.get(shop_id, []), next_cursor=rows.next_cursor)
