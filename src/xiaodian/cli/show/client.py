"""A member of the platform, as a program: HTTP with a session cookie, and the room's WebSocket."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import httpx
import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from xiaodian.kit.ids import new_id

Json = dict[str, Any]
TRIES = 5


class ApiError(Exception):
    """The platform refused; `code` is the problem's."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code} {text}")
        self.status, self.code = status, code


class Member:
    """Calls the API; waits and tries again when the platform asks for it (Retry-After) or is starting."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.AsyncClient(base_url=base_url, timeout=15, trust_env=False)
        self.me: Json = {}

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The answer's JSON, None if it has none. Raises ApiError."""
        for attempt in range(TRIES):
            try:
                answer = await self.http.request(method, path, json=body, **options)
            except httpx.TransportError:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(0.5 * (attempt + 1))
                continue
            if answer.status_code not in (429, 503) or attempt == TRIES - 1:
                return _read(answer)
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
        raise AssertionError("unreachable")

    async def enter(self, sign_in: str, password: str, name: str) -> None:
        """Sign in; sign up first if nobody has that name yet."""
        try:
            self.me = await self.call("POST", "/api/sessions", {"sign_in": sign_in, "password": password})
        except ApiError as error:
            if error.status != 401:
                raise
            new = {"sign_in": sign_in, "password": password, "display_name": name}
            self.me = await self.call("POST", "/api/accounts", new)

    async def upload(self, picture: bytes) -> str:
        """Upload a JPEG and answer its URL."""
        answer = await self.call("POST", "/api/media/pictures", files={"file": ("p.jpg", picture, "image/jpeg")})
        return cast(str, answer["url"])

    async def buy(self, room_id: str, address_id: str, sku: Json, quantity: int, level: int = 0) -> Json:
        """Place an order for one SKU and pay it with the sandbox provider; answers the order as placed.

        `level`: of the buyer in the shop's fan club.
        """
        line = {
            "sku_id": sku["sku_id"],
            "quantity": quantity,
            "price_minor": price_now(sku, quantity, time.time() * 1000, level),
            "room_id": room_id,
        }
        placed: Json = await self.call(
            "POST",
            "/api/checkout",
            {"address_id": address_id, "lines": [line]},
            headers={"idempotency-key": str(new_id())},
        )
        order: Json = placed["orders"][0]
        charge = await self.call(
            "POST",
            "/api/payments",
            {"order_ids": [order["order_id"]], "provider": "sandbox"},
            headers={"idempotency-key": str(new_id())},
        )
        await self.call("POST", f"/api/sandbox/charges/{charge['charge_id']}/decision", {"outcome": "succeed"})
        return order

    async def address(self, region: str) -> str:
        """The id of the account's address; made now if there is none."""
        items = (await self.call("GET", "/api/me/addresses"))["items"]
        if items:
            return cast(str, items[0]["address_id"])
        made = await self.call(
            "POST",
            "/api/me/addresses",
            {
                "recipient": self.me["display_name"],
                "phone": "13800000000",
                "region": region,
                "detail": "示例路 1 号",
                "is_default": True,
            },
        )
        return cast(str, made["address_id"])


def price_now(sku: Json, quantity: int, now_ms: float, level: int = 0) -> int:
    """What a piece of a SKU of the bag costs: in a flash sale, as long as its pieces last, if that is less."""
    price_minor, sale = int(sku["price_minor"]), sku["flash_sale"]
    if sale and sale["left"] >= quantity:
        is_early = sale["opens_at_ms"] is not None and level >= sale["early_level"]
        if sale["opens_at_ms" if is_early else "starts_at_ms"] <= now_ms < sale["ends_at_ms"]:
            return min(price_minor, int(sale["price_minor"]))
    return price_minor


def _read(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        code = answer.json().get("code", "")
    except ValueError:
        code = ""
    raise ApiError(answer.status_code, code, answer.text[:300])


class RoomSocket(WSListener):
    """A connection to the gateway; hands each tick's moments on, and can send."""

    def __init__(self, on_moment: Callable[[Json], None]) -> None:
        self._on_moment = on_moment
        self._transport: WSTransport | None = None
        self.closed = asyncio.Event()

    @classmethod
    async def connect(cls, member: Member, url: str, after: int, on_moment: Callable[[Json], None]) -> "RoomSocket":
        """Join a room after a tick. Raises OSError or picows' WSError."""
        cookies = "; ".join(f"{name}={value}" for name, value in member.http.cookies.items())
        _, listener = await ws_connect(
            lambda: cls(on_moment), f"{url}?after={after}", extra_headers={"Cookie": cookies}, logger_name="show"
        )
        return cast("RoomSocket", listener)

    def send(self, message: Json) -> None:
        """Send one message; nothing happens if the connection is gone."""
        if self._transport and not self.closed.is_set():
            self._transport.send(WSMsgType.TEXT, msgspec.json.encode(message))

    def leave(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Called by picows."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Called by picows."""
        if frame.msg_type == WSMsgType.TEXT:
            for moment in msgspec.json.decode(frame.get_payload_as_bytes())["moments"]:
                self._on_moment(moment)
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Called by picows."""
        self.closed.set()
