"""What the open API refuses."""

from typing import Any

import httpx
import msgspec


class ApiError(Exception):
    """A refusal, as RFC 9457 problem details tell it. Decide by `code`; `title` is for people."""

    def __init__(self, status: int, code: str, title: str, field: str | None, params: dict[str, Any]) -> None:
        super().__init__(f"{status} {code}: {title}" + (f" ({field})" if field else ""))
        self.status = status
        self.code = code
        self.title = title
        self.field = field
        self.params = params


class _Problem(msgspec.Struct):
    code: str = "unknown"
    title: str = ""
    field: str | None = None
    params: dict[str, Any] = {}


def to_error(response: httpx.Response) -> ApiError:
    """The refusal that an answer tells of."""
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem(title=response.text[:200])
    return ApiError(response.status_code, problem.code, problem.title, problem.field, problem.params)
