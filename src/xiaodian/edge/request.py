"""The request that routes get: as the framework's, but strict about what it reads."""

from typing import Any

from litestar import Request

from xiaodian.edge.problems import MalformedRequestError, UnsupportedMediaTypeError

MAX_BODY_BYTES = 262_144
"""Bodies larger than this are refused; routes that take files say their own limit."""
JSON = "application/json"
ESCAPED_NUL = b"\\u0000"


class StrictRequest(Request[Any, Any, Any]):
    """Reads JSON only where it is declared as such, which a form of a foreign page cannot do, and no NUL in texts."""

    async def json(self) -> Any:
        """The decoded body. Raises UnsupportedMediaTypeError, MalformedRequestError."""
        await self.json_bytes()
        try:
            return await super().json()
        except RecursionError as error:
            raise MalformedRequestError(detail="nested too deeply") from error
        except UnicodeDecodeError as error:
            raise MalformedRequestError(detail="a text is not UTF-8") from error

    async def json_bytes(self) -> bytes:
        """The body of what says that it is JSON, for who decodes it. Raises as `json` does."""
        if self.content_type[0] != JSON:
            raise UnsupportedMediaTypeError(expected=JSON)
        body = await self.body()
        if ESCAPED_NUL in body:
            raise MalformedRequestError(detail="NUL character in a text")
        return body
