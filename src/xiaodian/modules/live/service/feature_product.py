"""The host holds up a product of the bag."""

from datetime import datetime, timedelta

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId, ProductState
from xiaodian.contracts.live import CueSource, CueWhy, NotInBagError, RoomId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Cue
from xiaodian.modules.live.service.control import control
from xiaodian.modules.live.service.cues import begin_cue, end_open_cue, note_host_deed

MAX_AHEAD = timedelta(minutes=1)
MAX_BACK = timedelta(minutes=5)


async def feature_product(
    ctx: Context,
    caller: Caller,
    room_id: RoomId,
    product_id: ProductId,
    *,
    at_ms: int | None,
    why: CueWhy | None = None,
    until: datetime | None = None,
) -> Cue:
    """Its card comes up when the picture reaches `at_ms` (now, if not given); what was on show goes.

    While the product is on show by the host's hand, doing it again changes nothing; from a card of the platform's it
    becomes the host's own. `why` and `until` go with what the platform had suggested. Raises NotInBagError,
    InvalidInputError, NotFoundError, ForbiddenError, RoomEndedError.
    """
    now = utc_now()
    at = _checked_time(at_ms, now)
    async with control(ctx, caller, room_id) as (connection, room):
        if not await queries.is_in_bag(connection, room_id, product_id):
            raise NotInBagError(field="product_id")
        cue = await queries.find_open_cue(connection, room_id)
        if cue and cue.product_id == product_id and cue.source is not CueSource.AUTO:
            return cue
        product = await catalog.find_product(connection, product_id)
        if product is None or product.state is not ProductState.ON_SALE:
            raise InvalidInputError(field="product_id", reason="not_on_sale")
        await end_open_cue(connection, room, at)
        await note_host_deed(connection, room, now)
        return await begin_cue(connection, room, product_id, at, why=why, until=until)


def _checked_time(at_ms: int | None, now: datetime) -> datetime:
    if at_ms is None:
        return now
    try:
        at = from_epoch_ms(at_ms)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInputError(field="at_ms", reason="out_of_range") from error
    if not now - MAX_BACK <= at <= now + MAX_AHEAD:
        raise InvalidInputError(field="at_ms", reason="out_of_range")
    return at
