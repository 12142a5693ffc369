"""What is remembered of the demo's past while it is played, so that the next start goes on where it stopped.

The plan follows from what is kept here: until when it goes, of which goods, by whom. Which of its deeds are done is
read from the platform itself: a deed that is there is not done again.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.edge.context import Context
from xiaodian.modules.orders import api as orders

FILE, FRONTIER = "past.json", "past.at"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
DONE_WITHIN = timedelta(minutes=1)
"""A deed of the plan leaves its traces so long after its time at most."""


class Person(msgspec.Struct, frozen=True):
    """Somebody made up."""

    account_id: UUID
    address_id: UUID
    viewer_id: UUID


class Kept(msgspec.Struct, frozen=True):
    """What the plan follows from, and whether all of it was played."""

    until: datetime
    product_ids: list[UUID]
    people: list[Person]
    is_over: bool = False


class Memory:
    """In the platform's data folder."""

    def __init__(self, folder: Path) -> None:
        self._file, self._frontier = folder / FILE, folder / FRONTIER

    def recall(self) -> Kept | None:
        """What was begun; None: nothing was."""
        if not self._file.exists():
            return None
        return msgspec.json.decode(self._file.read_bytes(), type=Kept)

    def keep(self, kept: Kept) -> None:
        """From now on this is what was begun."""
        _write(self._file, msgspec.json.encode(kept))

    def end(self) -> None:
        """All of it was played."""
        kept = self.recall()
        assert kept is not None
        self.keep(msgspec.structs.replace(kept, is_over=True))

    def reached(self) -> datetime:
        """Up to when deeds of which nothing can be looked up were done before."""
        return datetime.fromisoformat(self._frontier.read_text()) if self._frontier.exists() else NEVER

    def note(self, at: datetime) -> None:
        """All up to this time is done."""
        _write(self._frontier, at.isoformat().encode())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, however this ends."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(file)


async def find_room(ctx: Context, host_id: AccountId, begins_at: datetime) -> RoomId | None:
    """The room of a show, if it was held."""
    async with ctx.database.connection() as connection:
        room_id: UUID | None = await connection.fetchval(
            "SELECT room_id FROM live.room WHERE host_id = $1 AND planned_at = $2", host_id, begins_at
        )
    return None if room_id is None else RoomId(room_id)


async def find_order(ctx: Context, buyer: Caller, at: datetime) -> Order | None:
    """The order of a purchase, if it was placed."""
    async with ctx.database.connection() as connection:
        order_id = await connection.fetchval(
            "SELECT order_id FROM orders.order WHERE buyer_id = $1 AND placed_at >= $2 AND placed_at < $3",
            buyer.account_id,
            at,
            at + DONE_WITHIN,
        )
        if order_id is None:
            return None
        order, _ = await orders.get_order_for(connection, buyer, OrderId(order_id), Scope.ORDERS_READ)
    return order
