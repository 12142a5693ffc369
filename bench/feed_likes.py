"""Likes of one film by many viewers, given and taken back again and again, for the benchmark of the feed."""

import time
from collections import deque
from uuid import UUID

from xiaodian.cli.rush.load import Request, Tally


class Likers(Tally):
    """Viewers who are signed in and like a film, then like it no more, until their time is over; both ends of the load.

    Each waits for an answer before the next, so that it is known who likes the film in the end.
    """

    def __init__(self, cookies: list[str], film_id: UUID, until: float) -> None:
        super().__init__()
        self._until = until
        self._requests = [
            {
                is_liked: f"{method} /api/videos/{film_id}/like HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n"
                "content-length: 0\r\n\r\n".encode()
                for is_liked, method in ((True, "PUT"), (False, "DELETE"))
            }
            for cookie in cookies
        ]
        self._likes = [False] * len(cookies)
        self._free = deque(range(len(cookies)))
        self.sent = 0

    @property
    def liking(self) -> int:
        """How many like the film now."""
        return sum(self._likes)

    def __call__(self) -> Request | None:
        """The next one; None: it is over."""
        if time.perf_counter() >= self._until or not self._free:
            return None
        number = self._free.popleft()
        self.sent += 1
        return Request(number, self._requests[number][not self._likes[number]])

    def add(self, name: int, status: int, body: bytes, seconds: float) -> None:
        """One answer."""
        super().add(name, status, body, seconds)
        self._likes[name] = not self._likes[name]
        self._free.append(name)
