"""HTTP: the room-control API, for the console, plug-ins and assistants. See docs/room-control.md.

Every call is for the room's host, by session or by an access token with the scope `room:control`, and may be repeated:
what is so already is not told a second time.
"""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, Parameter

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.live import (
    BagFullError,
    CommentId,
    NotInBagError,
    NotOwnGoodsError,
    RoomEndedError,
    RoomId,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.live.service.end_room import end_room
from xiaodian.modules.live.service.feature_product import feature_product
from xiaodian.modules.live.service.mute_viewer import list_muted, mute_viewer, unmute_viewer
from xiaodian.modules.live.service.pin_comment import pin_comment, unpin_comment
from xiaodian.modules.live.service.read_control_log import read_control_log
from xiaodian.modules.live.service.remove_comment import remove_comment
from xiaodian.modules.live.service.set_bag import set_bag
from xiaodian.modules.live.service.set_live_price import set_live_price
from xiaodian.modules.live.service.set_stock import set_stock
from xiaodian.modules.live.service.unfeature_product import unfeature_product
from xiaodian.modules.live.wire import (
    BagInput,
    ControlEntry,
    ControlLog,
    FeaturedInput,
    FeaturedView,
    MutedList,
    PinInput,
    PriceInput,
    StockInput,
    kind_of,
)

TAGS = ["room control"]
ROOM = "/api/rooms/{room_id:uuid}/control"
HOST = access(Access.MEMBER, Scope.ROOM_CONTROL)
REFUSALS = (UnauthenticatedError, ForbiddenError, NotFoundError, RoomEndedError)
MAX_SEQ = 2**53


@put(
    f"{ROOM}/bag",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(MalformedRequestError, InvalidInputError, BagFullError, *REFUSALS),
)
async def put_bag(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[BagInput]) -> None:
    """The bag holds these products, numbered in this order."""
    await set_bag(ctx, caller, room_id, [ProductId(product_id) for product_id in data.product_ids])


@put(
    f"{ROOM}/featured",
    opt=HOST,
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, NotInBagError, *REFUSALS),
)
async def put_featured(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[FeaturedInput]
) -> FeaturedView:
    """Hold up a product: its card comes up when the picture reaches `at_ms`."""
    cue = await feature_product(ctx, caller, room_id, ProductId(data.product_id), at_ms=data.at_ms)
    return FeaturedView(cue_id=cue.cue_id, at_ms=to_epoch_ms(cue.start_at))


@delete(f"{ROOM}/featured", opt=HOST, tags=TAGS, responses=problems(*REFUSALS))
async def delete_featured(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """Put the product down."""
    await unfeature_product(ctx, caller, room_id)


@put(
    f"{ROOM}/skus/{{sku_id:uuid}}/price",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(MalformedRequestError, InvalidInputError, NotInBagError, NotOwnGoodsError, *REFUSALS),
)
async def put_price(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], sku_id: FromPath[SkuId], data: JSONBody[PriceInput]
) -> None:
    """The SKU costs this in the room; never above its ordinary price."""
    await set_live_price(ctx, caller, room_id, sku_id, data.price_minor)


@delete(
    f"{ROOM}/skus/{{sku_id:uuid}}/price",
    opt=HOST,
    tags=TAGS,
    responses=problems(NotInBagError, NotOwnGoodsError, *REFUSALS),
)
async def delete_price(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], sku_id: FromPath[SkuId]) -> None:
    """The SKU costs its ordinary price again."""
    await set_live_price(ctx, caller, room_id, sku_id, None)


@put(
    f"{ROOM}/skus/{{sku_id:uuid}}/stock",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(MalformedRequestError, InvalidInputError, NotInBagError, NotOwnGoodsError, *REFUSALS),
)
async def put_stock(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], sku_id: FromPath[SkuId], data: JSONBody[StockInput]
) -> None:
    """So many can be bought, beyond what buyers have reserved."""
    await set_stock(ctx, caller, room_id, sku_id, data.available)


@put(
    f"{ROOM}/pinned",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(MalformedRequestError, UnavailableError, *REFUSALS),
)
async def put_pinned(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[PinInput]) -> None:
    """Pin a comment above the others."""
    await pin_comment(ctx, caller, room_id, CommentId(data.comment_id))


@delete(f"{ROOM}/pinned", opt=HOST, tags=TAGS, responses=problems(*REFUSALS))
async def delete_pinned(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """Take the pin out."""
    await unpin_comment(ctx, caller, room_id)


@delete(f"{ROOM}/comments/{{comment_id:uuid}}", opt=HOST, tags=TAGS, responses=problems(UnavailableError, *REFUSALS))
async def delete_comment(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], comment_id: FromPath[CommentId]
) -> None:
    """Viewers drop the comment."""
    await remove_comment(ctx, caller, room_id, comment_id)


@get(f"{ROOM}/muted", opt=HOST, tags=TAGS, responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError))
async def get_muted(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> MutedList:
    """Who is muted in the room, the latest first."""
    return MutedList(items=await list_muted(ctx, caller, room_id))


@put(
    f"{ROOM}/muted/{{account_id:uuid}}",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(InvalidInputError, *REFUSALS),
)
async def put_muted(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], account_id: FromPath[AccountId]) -> None:
    """Viewers drop what this account said, and it can say no more in this room."""
    await mute_viewer(ctx, caller, room_id, account_id)


@delete(f"{ROOM}/muted/{{account_id:uuid}}", opt=HOST, tags=TAGS, responses=problems(*REFUSALS))
async def delete_muted(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], account_id: FromPath[AccountId]) -> None:
    """The account may comment again."""
    await unmute_viewer(ctx, caller, room_id, account_id)


@post(
    f"{ROOM}/end",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def post_end(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """End the room: it becomes its replay."""
    await end_room(ctx, caller, room_id)


@get(
    f"{ROOM}/log",
    opt=HOST,
    tags=TAGS,
    responses=problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, UnavailableError),
)
async def get_log(
    ctx: Ctx,
    caller: SignedIn,
    room_id: FromPath[RoomId],
    after: Annotated[int, Parameter(ge=0, le=MAX_SEQ)] = 0,
    limit: Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)] = MAX_PAGE_SIZE,
) -> ControlLog:
    """The room's log after a number, event by event, as it was written."""
    entries, has_more = await read_control_log(ctx, caller, room_id, after=after, limit=limit)
    return ControlLog(
        items=[
            ControlEntry(seq=entry.seq, kind=kind_of(entry.moment), at_ms=entry.moment.at_ms, moment=entry.moment)
            for entry in entries
        ],
        next=entries[-1].seq if has_more else None,
    )


routes = [
    put_bag,
    put_featured,
    delete_featured,
    put_price,
    delete_price,
    put_stock,
    put_pinned,
    delete_pinned,
    delete_comment,
    get_muted,
    put_muted,
    delete_muted,
    post_end,
    get_log,
]
