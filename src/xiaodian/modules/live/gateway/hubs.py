"""The rooms of this gateway: opened by their first viewer, closed some time after their last."""

import asyncio
from collections.abc import Callable

from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.contracts.live import RoomId
from xiaodian.infra.logging import get_logger
from xiaodian.modules.live.gateway import metrics
from xiaodian.modules.live.gateway.hub import Hub
from xiaodian.modules.live.gateway.viewer import CLOSE_GOING_AWAY, CLOSE_NO_ROOM, CLOSE_TRY_LATER, Viewer
from xiaodian.modules.live.likes import Likes
from xiaodian.modules.live.room_logs import RoomLogs

LINGER_S = 30.0

log = get_logger(__name__)


class Hubs:
    """Hubs by room. `on_open` and `on_close` tell of them."""

    def __init__(
        self,
        logs: RoomLogs,
        likes: Likes,
        *,
        on_open: Callable[[Hub], None],
        on_close: Callable[[Hub], None],
    ) -> None:
        self._logs = logs
        self._likes = likes
        self._on_open = on_open
        self._on_close = on_close
        self._hubs: dict[RoomId, Hub] = {}
        self._waiting: dict[RoomId, list[Viewer]] = {}
        self._opening: set[asyncio.Task[None]] = set()

    def join(self, room_id: RoomId, viewer: Viewer) -> None:
        """Bring a viewer into a room, now or when it is open."""
        if hub := self._hubs.get(room_id):
            hub.join(viewer)
        elif room_id in self._waiting:
            self._waiting[room_id].append(viewer)
        else:
            self._waiting[room_id] = [viewer]
            task = asyncio.get_running_loop().create_task(self._open(room_id))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def close(self) -> None:
        """Send everybody away."""
        for task in self._opening:
            task.cancel()
        for hub in list(self._hubs.values()):
            for viewer in list(hub.viewers):
                viewer.close(CLOSE_GOING_AWAY)
            self._drop(hub)

    async def _open(self, room_id: RoomId) -> None:
        refusal = CLOSE_TRY_LATER
        try:
            room_log = await self._logs.get(room_id)
        except NotFoundError:
            refusal = CLOSE_NO_ROOM
        except UnavailableError:
            log.warning("room_not_opened", room_id=str(room_id))
        except Exception:
            log.exception("room_failed_to_open", room_id=str(room_id))
        else:
            self._logs.retain(room_id)
            hub = Hub(room_log, self._logs, self._likes, lambda: self._check_empty(hub))
            self._hubs[room_id] = hub
            metrics.rooms.set(len(self._hubs))
            self._on_open(hub)
            for viewer in self._waiting.pop(room_id):
                if not viewer.is_closing:
                    hub.join(viewer)
            self._check_empty(hub)
            return
        for viewer in self._waiting.pop(room_id):
            viewer.close(refusal)

    def _check_empty(self, hub: Hub) -> None:
        if not hub.viewers:
            asyncio.get_running_loop().call_later(LINGER_S, self._close_if_empty, hub)

    def _close_if_empty(self, hub: Hub) -> None:
        if not hub.viewers and self._hubs.get(hub.room_id) is hub:
            self._drop(hub)

    def _drop(self, hub: Hub) -> None:
        del self._hubs[hub.room_id]
        metrics.rooms.set(len(self._hubs))
        self._on_close(hub)
        hub.close()
        self._logs.release(hub.room_id)
