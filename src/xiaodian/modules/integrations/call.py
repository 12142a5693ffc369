"""One call of the open API: for which shop, with which conditions, and how it is answered."""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import Contract
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import SignedIn
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.hot import IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_PATTERN, MAX_KEY_CHARS, decode_body
from xiaodian.edge.messages import choose_language
from xiaodian.edge.problems import MalformedRequestError, UnsupportedMediaTypeError
from xiaodian.edge.request import StrictRequest
from xiaodian.infra.database import Connection, OpenTransaction
from xiaodian.modules.integrations.cursors import Cursors
from xiaodian.modules.integrations.errors import AppTokenNeededError, ChangedMeanwhileError
from xiaodian.modules.integrations.opening import OPENING, SPARSE_MEDIA_TYPE, Opening
from xiaodian.modules.integrations.parameters import list_parameters
from xiaodian.modules.integrations.service.answer_once import KeptAnswer, answer_once
from xiaodian.modules.integrations.sparse import pick, read_fields, read_item_fields
from xiaodian.modules.shops import api as shops

ETAG_BYTES = 12

_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)
_encode = msgspec.json.Encoder().encode

T = TypeVar("T")
Run = Callable[[Context], Awaitable[Contract]]
"""A use case that runs in the database of the context it is given, and its answer as it goes out."""


class Call:
    """What a handler of the open API works with."""

    def __init__(self, ctx: Context, caller: Caller, shop_id: ShopId, request: StrictRequest) -> None:
        self.ctx = ctx
        self.caller = caller
        self.shop_id = shop_id
        self._request = request
        self._cursors: Cursors = request.app.state.cursors
        self._opening: Opening = request.route_handler.opt[OPENING]

    async def read(self, kind: type[T]) -> T:
        """The body, of the very types that are described: `"1"` is no number.

        Raises MalformedRequestError, UnsupportedMediaTypeError, PayloadTooLargeError.
        """
        assert kind is self._opening.body
        return decode_body(msgspec.json.Decoder(kind).decode, await self._request.json_bytes())

    def is_of(self, media_type: str) -> bool:
        """Whether the body says that it is of this media type."""
        return bool(self._request.content_type[0] == media_type)

    async def read_file(self, media_type: str) -> bytes:
        """The body as it is, of what says that it is of this media type (or begins so).

        Raises UnsupportedMediaTypeError, PayloadTooLargeError.
        """
        if not self._request.content_type[0].startswith(media_type):
            raise UnsupportedMediaTypeError(expected=self._opening.takes)
        return await self._request.body()

    def stream(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        return self._request.stream()

    @property
    def job_kinds(self) -> Any:
        """Every kind of bulk job that there is."""
        return self._request.app.state.job_kinds

    @property
    def order_desk(self) -> Any:
        """The process's order desk."""
        return self._request.app.state.order_desk

    @property
    def language(self) -> str:
        """The reader's."""
        return choose_language(self._request.headers.get("accept-language"))

    def answer(self, view: Contract, *, etag: str | None = None) -> Response[bytes]:
        """A success with this body; of a read only the fields asked for, or nothing if the reader has it already."""
        headers: dict[str, str] = {}
        if self._opening.has_etag:
            tag = etag or etag_of(view)
            headers = {"etag": tag, "cache-control": "private, no-cache"}
            if _names(self._request.headers.get("if-none-match"), tag):
                return Response(b"", status_code=304, headers=headers, media_type=self._opening.media_type)
        fields = self._request.query_params.get("fields") if self._opening.is_sparse else None
        if fields is None:
            return self._respond(self._opening.status, _encode(view), headers)
        read = read_item_fields if self._opening.is_list else read_fields
        body = _encode(pick(view, read(fields, type(view))))
        return Response(body, status_code=self._opening.status, headers=headers, media_type=SPARSE_MEDIA_TYPE)

    def asks_for(self, *parts: str) -> bool:
        """Whether `fields` names this field, or a part of it: for what is costly to read."""
        name = ".".join(parts)
        paths = (path.strip() for path in self._request.query_params.get("fields", "").split(","))
        return any(path == name or path.startswith(f"{name}.") for path in paths)

    async def answer_once(self, body: msgspec.Struct | None, run: Run) -> Response[bytes]:
        """The answer of `run`, given once for the Idempotency-Key; again it is the same answer.

        Raises MalformedRequestError, NotFoundError, ForbiddenError, IdempotencyMismatchError, IdempotencyInFlightError,
        and what `run` raises.
        """

        async def _run(ctx: Context) -> KeptAnswer:
            return KeptAnswer(status=self._opening.status, body=_encode(await run(ctx)))

        # Who has lost the right since is not told again what was done by it.
        async with self.ctx.database.connection() as connection:
            await shops.require_right(connection, self.caller, self.shop_id, self._opening.scope)
        asked = f"{self._request.method} {self._request.url.path}\n".encode() + _encode(body)
        kept = await answer_once(self.ctx, self._owner, self._read_key(), asked, _run)
        return self._respond(kept.status, kept.body)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[tuple[Context, Connection]]:
        """A transaction, and a context whose use cases are part of it; what it told goes out at its end."""
        async with self.ctx.database.transaction() as connection:
            yield msgspec.structs.replace(self.ctx, database=OpenTransaction(connection)), connection
        await self.ctx.broker.poke("outbox")

    @property
    def inner_key(self) -> str:
        """For use cases that keep an answer of their own: what no other app of the same account can have sent."""
        return f"{self._owner} {self._read_key()}"

    def check_if_match(self, etag: str) -> None:
        """Refuse to write what has changed since the program read it. Raises ChangedMeanwhileError."""
        wanted = self._request.headers.get("if-match")
        if wanted is not None and not _names(wanted, etag):
            raise ChangedMeanwhileError(field="If-Match", etag=etag)

    async def read_cursor(self, cursor: str | None, *filters: object) -> UUID | None:
        """The row after which the list goes on. Raises BadCursorError."""
        return UUID(bytes=await self._cursors.read(self._scope(filters), cursor)) if cursor else None

    async def next_cursor(
        self, rows: Sequence[T], limit: int, key: Callable[[T], UUID], *filters: object
    ) -> str | None:
        """The cursor of the next page, if there is one: if one row more than `limit` was found."""
        if len(rows) <= limit:
            return None
        return await self._cursors.seal(self._scope(filters), key(rows[limit - 1]).bytes)

    async def read_cursor_of_below(self, cursor: str | None, *filters: object) -> str | None:
        """A cursor of a list of the modules below, which was sealed. Raises BadCursorError."""
        return (await self._cursors.read(self._scope(filters), cursor)).decode() if cursor else None

    async def seal_cursor_of_below(self, cursor: str | None, *filters: object) -> str | None:
        """A cursor of a list of the modules below, sealed."""
        return await self._cursors.seal(self._scope(filters), cursor.encode()) if cursor else None

    @property
    def _owner(self) -> UUID:
        return self.caller.app_id or self.caller.account_id

    def _scope(self, filters: Sequence[object]) -> str:
        return "\n".join((str(self.shop_id), self._request.url.path, *map(str, filters)))

    def _read_key(self) -> str:
        key = self._request.headers.get(IDEMPOTENCY_KEY.lower(), "")
        if not _KEY.match(key):
            raise MalformedRequestError(field=IDEMPOTENCY_KEY, detail=f"1 to {MAX_KEY_CHARS} visible ASCII characters")
        return key

    def _respond(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Response[bytes]:
        return Response(body, status_code=status, headers=headers, media_type=self._opening.media_type)


def provide_call(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any]) -> Call:
    """Dependency `call`. Raises AppTokenNeededError; MalformedRequestError for a parameter that there is not."""
    opening: Opening = request.route_handler.opt[OPENING]
    is_personal = opening.is_personal and opening.scope in caller.scopes
    if caller.shop_id is None and not is_personal:
        raise AppTokenNeededError
    _refuse_unknown_parameters(request)
    assert isinstance(request, StrictRequest)
    # What is personal is asked of the account, and reads no shop.
    return Call(ctx, caller, ShopId(caller.shop_id or caller.account_id), request)


OpenCall = NamedDependency[Call]
"""How a route asks for its call: `call: OpenCall`."""


def etag_of(view: Contract) -> str:
    """A strong ETag of a whole representation."""
    return f'"{hashlib.blake2b(_encode(view), digest_size=ETAG_BYTES).hexdigest()}"'


def _names(header: str | None, etag: str) -> bool:
    """Whether If-Match or If-None-Match names this ETag."""
    if header is None:
        return False
    return header.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in header.split(","))


def _refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """A filter with a slip in its name would be no filter at all."""
    handler = request.route_handler
    known = {parameter.name for parameter in list_parameters(handler)}
    if handler.opt[OPENING].is_sparse:
        known.add("fields")
    for name in request.query_params:
        if name not in known:
            raise MalformedRequestError(field=name[:40], detail="there is no such parameter")
