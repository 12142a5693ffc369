"""Sends calls: with a token, again where that is safe, and into the right type."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar, cast
from uuid import uuid4

import httpx
import msgspec

from xiaodian_client.auth import Auth, BearerToken
from xiaodian_client.errors import to_error

T = TypeVar("T")

MOST_ATTEMPTS = 5
LONGEST_PAUSE_S = 30.0
_IN_FLIGHT = "idempotency_in_flight"


class Transport:
    """One connection pool and one token. What failed for the moment is tried again, if nothing could happen twice."""

    def __init__(
        self,
        base_url: str,
        auth: Auth | str,
        *,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._auth = BearerToken(auth) if isinstance(auth, str) else auth
        self._http = httpx.Client(base_url=base_url, timeout=timeout_s, transport=transport)
        self._sleep = sleep
        self.last_response: httpx.Response | None = None
        """Of the last call: its `ETag` for `if_match`, its `RateLimit`."""

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        answer: type[T] | None,
        *,
        query: Mapping[str, object] | None = None,
        body: msgspec.Struct | None = None,
        file: bytes | None = None,
        idempotency_key: str | None = None,
        is_once: bool = False,
        if_match: str | None = None,
    ) -> T:
        """One call. Raises ApiError, and httpx.TransportError once trying again is of no use."""
        headers = {"accept": "application/json, application/problem+json"}
        if is_once:
            headers["idempotency-key"] = idempotency_key or uuid4().hex
        if if_match is not None:
            headers["if-match"] = if_match
        content = file
        if body is not None:
            content, headers["content-type"] = msgspec.json.encode(body), "application/json"
        elif file is not None:
            headers["content-type"] = _kind_of(file)
        request = self._http.build_request(method, path, params=_texts(query), content=content, headers=headers)
        response = self._send(request, is_safe=is_once or method in ("GET", "PUT", "DELETE"))
        if response.is_error:
            raise to_error(response)
        if answer is None:
            return cast("T", None)
        return cast("T", response.content) if answer is bytes else msgspec.json.decode(response.content, type=answer)

    def _send(self, request: httpx.Request, *, is_safe: bool) -> httpx.Response:
        for attempt in range(1, MOST_ATTEMPTS + 1):
            is_last = attempt == MOST_ATTEMPTS
            request.headers["authorization"] = f"Bearer {self._auth.token(self._http)}"
            try:
                response = self._http.send(request)
            except httpx.TransportError:
                if is_last or not is_safe:
                    raise
                self._sleep(_pause(attempt, None))
                continue
            self.last_response = response
            if response.status_code == 401 and attempt == 1 and self._auth.forget():
                continue
            if is_last or not _may_be_tried_again(response, is_safe=is_safe):
                return response
            self._sleep(_pause(attempt, response.headers.get("retry-after")))
        raise AssertionError("unreachable")


def _may_be_tried_again(response: httpx.Response, *, is_safe: bool) -> bool:
    if response.status_code == 429:
        return True
    if response.status_code == 409:
        return _IN_FLIGHT in response.text
    return is_safe and response.status_code in (502, 503, 504)


def _pause(attempt: int, retry_after: str | None) -> float:
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), LONGEST_PAUSE_S)
    return min(0.5 * 2.0**attempt, LONGEST_PAUSE_S)


def _texts(query: Mapping[str, object] | None) -> dict[str, str]:
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return {name: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _kind_of(file: bytes) -> str:
    """Pictures are told by how they begin; anything else is a file."""
    if file.startswith(b"\x89PNG"):
        return "image/png"
    if file.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/webp" if file[8:12] == b"WEBP" else "application/octet-stream"
