"""Group commit: requests that arrive while the last batch is on its way are decided together.

A lone request never waits: the batch that carries it starts at once. Under load the batch grows by itself to what
arrives during one round trip, so the narrow place is passed once for many.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from xiaodian.contracts.base import UnavailableError

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Batcher(Generic[Request, Answer]):
    """Collects requests and hands them to `decide`, at most `parallel` batches at a time.

    `decide` answers one item per request in the same order: the answer, or an exception for that request alone.
    If `decide` itself raises, every request of the batch gets that exception.
    """

    def __init__(
        self,
        decide: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | BaseException]]],
        *,
        max_batch: int,
        max_queue: int,
        parallel: int = 1,
    ) -> None:
        self._decide = decide
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._free = parallel
        self._waiting: deque[tuple[Request, asyncio.Future[Answer] | None]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, request: Request) -> Answer:
        """Wait for this request's own answer. Raises UnavailableError if the queue is full."""
        if len(self._waiting) >= self._max_queue:
            raise UnavailableError(retry_after_s=1)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        self._start_if_free()
        return await future

    def push(self, request: Request) -> bool:
        """Hand in a request for whose answer nobody waits; False if the queue is full."""
        if len(self._waiting) >= self._max_queue:
            return False
        self._waiting.append((request, None))
        self._start_if_free()
        return True

    async def settle(self) -> None:
        """Wait until what was handed in is decided, also what nobody waits for any more."""
        while self._running:
            await asyncio.wait(self._running)

    def _start_if_free(self) -> None:
        if self._free and self._waiting:
            self._free -= 1
            task = asyncio.get_running_loop().create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._max_batch, len(self._waiting)))]
                await self._run_batch(batch)
        finally:
            self._free += 1

    async def _run_batch(self, batch: list[tuple[Request, "asyncio.Future[Answer] | None"]]) -> None:
        try:
            answers = await self._decide([request for request, _ in batch])
        except BaseException as error:
            for _, future in batch:
                if future is not None and not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if future is None or future.done():
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)
