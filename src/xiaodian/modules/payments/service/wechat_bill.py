"""WeChat Pay's trade bill: a table of the day, in yuan, each value behind a backtick, with a summary below it."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import IO, cast
from uuid import UUID

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import ChargeId, RefundId, StatementLine
from xiaodian.modules.payments.service.wechat_wire import Bill
from xiaodian.modules.payments.service.yuan import to_minor

_TIME, _NUMBER, _REFERENCE, _STATE = "交易时间", "商户订单号", "微信订单号", "交易状态"
_CURRENCY, _PAID, _REFUND_NUMBER, _REFUNDED = "货币种类", "订单金额", "商户退款单号", "申请退款金额"
_REFUND_REFERENCE, _REFUND_STATE = "微信退款单号", "退款状态"
_GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 64 * 1024


def check_hash(bill: Bill, file: IO[bytes]) -> None:
    """Raises UnavailableError if the file is not the one that was announced; leaves it at its beginning."""
    digest = hashlib.sha1(usedforsecurity=False)
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    file.seek(0)
    if bill.hash_type != "SHA1" or digest.hexdigest() != bill.hash_value.lower():
        raise UnavailableError(retry_after_s=1)


def parse_bill(file: IO[bytes], zone: tzinfo) -> Iterator[StatementLine]:
    """The lines of a bill, one by one. Raises UnavailableError where it is not what we know as one."""
    try:
        rows = csv.reader(io.TextIOWrapper(_unpacked(file), "utf-8-sig", newline=""))
        header = next(rows, [])
        for row in rows:
            fields = _to_fields(header, row) if _is_data(row) else None
            if fields and fields[_REFUND_STATE] != "FAIL":
                yield _to_line(fields, zone)
    except (KeyError, IndexError, ValueError, csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnavailableError(retry_after_s=1) from error


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    is_packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    file.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if is_packed else file


def _is_data(row: Sequence[str]) -> bool:
    """Rows of the table begin with a time; those of the summary with a number."""
    return bool(row) and row[0].startswith("`") and ":" in row[0]


def _to_fields(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    return dict(zip(header, (value.strip().removeprefix("`") for value in row), strict=False))


def _to_line(fields: dict[str, str], zone: tzinfo) -> StatementLine:
    is_refund = fields[_STATE] == "REFUND"
    return StatementLine(
        charge_id=_to_charge_id(fields[_NUMBER]),
        refund_id=_to_refund_id(fields[_REFUND_NUMBER]) if is_refund else None,
        amount_minor=-to_minor(fields[_REFUNDED]) if is_refund else to_minor(fields[_PAID]),
        currency=fields[_CURRENCY],
        at=datetime.strptime(fields[_TIME], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone),
        provider_ref=fields[_REFUND_REFERENCE] if is_refund else fields[_REFERENCE],
    )


def _to_charge_id(number: str) -> ChargeId | None:
    try:
        return ChargeId(UUID(hex=number))
    except ValueError:
        return None  # Not ours: somebody uses the merchant's account for other things too.


def _to_refund_id(number: str) -> RefundId | None:
    try:
        return RefundId(UUID(hex=number.partition("-")[0]))
    except ValueError:
        return None
