"""Alipay's trade bill: a zip of tables in GBK, with remarks behind `#`; the one that names each trade counts."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import IO
from uuid import UUID

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import ChargeId, RefundId, StatementLine
from xiaodian.modules.payments.service.yuan import to_minor

_REFERENCE, _NUMBER, _KIND = "支付宝交易号", "商户订单号", "业务类型"
_TIME, _AMOUNT, _REFUND_NUMBER = "完成时间", "订单金额（元）", "退款批次号/请求号"
_CURRENCY = "CNY"
MAX_BYTES = 2 * 1024**3
"""A zip says how large its content is; one that says more than this is no bill."""
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, csv.Error)
_NONSENSE = (UnicodeDecodeError, KeyError, ValueError, AttributeError)


def parse_bill(file: IO[bytes], zone: tzinfo) -> Iterator[StatementLine]:
    """The lines of a bill, one by one. Raises UnavailableError where it is not what we know as one."""
    try:
        with zipfile.ZipFile(file) as archive:
            [name] = [info.filename for info in archive.infolist() if _is_table(archive, info)]
            for row in csv.DictReader(_read_table(archive, name)):
                yield _to_line({field.strip(): (value or "").strip() for field, value in row.items()}, zone)
    except (*_FAULTS, *_NONSENSE) as error:
        raise UnavailableError(retry_after_s=1) from error


def _is_table(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Whether it is the one that names each trade: its first line that is no remark names the columns."""
    return info.file_size < MAX_BYTES and _REFUND_NUMBER in next(_read_table(archive, info.filename), "")


def _read_table(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    with io.TextIOWrapper(archive.open(name), "gb18030", newline="") as lines:
        yield from (line for line in lines if line.strip() and not line.startswith("#"))


def _to_line(fields: Mapping[str, str], zone: tzinfo) -> StatementLine:
    is_refund = fields[_KIND] == "退款"
    amount_minor = abs(to_minor(fields[_AMOUNT]))
    return StatementLine(
        charge_id=_to_charge_id(fields[_NUMBER]),
        refund_id=_to_refund_id(fields[_REFUND_NUMBER]) if is_refund else None,
        amount_minor=-amount_minor if is_refund else amount_minor,
        currency=_CURRENCY,
        at=datetime.strptime(fields[_TIME], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone),
        provider_ref=fields[_REFUND_NUMBER] if is_refund else fields[_REFERENCE],
    )


def _to_charge_id(number: str) -> ChargeId | None:
    try:
        return ChargeId(UUID(hex=number))
    except ValueError:
        return None  # Not ours: somebody uses the merchant's account for other things too.


def _to_refund_id(number: str) -> RefundId | None:
    try:
        return RefundId(UUID(hex=number))
    except ValueError:
        return None
