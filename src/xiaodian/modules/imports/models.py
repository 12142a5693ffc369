"""Rows as the module itself sees them."""

from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.imports import FileId, JobId
from xiaodian.contracts.shops import ShopId


class ClaimedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that this worker may run as long as it holds the lease."""

    job_id: JobId
    shop_id: ShopId
    kind: str
    options: dict[str, Any]
    file_id: FileId | None
    file_name: str | None
    caller: Caller
    language: str
    cursor: dict[str, Any]
    columns: list[str] | None
    lease: UUID
    runs: int
