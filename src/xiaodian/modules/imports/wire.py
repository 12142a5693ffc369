"""Structs of imports on the wire, beside those of its contract."""

from typing import Annotated, Any

from msgspec import Meta, field

from xiaodian.contracts.base import Input, Line
from xiaodian.contracts.imports import FileId

KindName = Annotated[Line, Meta(min_length=1, max_length=64)]


class JobRequest(Input, frozen=True, kw_only=True):
    """Work to be done. `options` are those of the kind."""

    kind: KindName
    file_id: FileId | None = None
    """The file to read, sent before."""
    options: dict[str, Any] = field(default_factory=dict)
