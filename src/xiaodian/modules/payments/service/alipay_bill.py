"""Alipay's trade bill: a zip of tables in GBK, with remarks behind `#`; the one that names each trade counts."""

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime, tzinfo
from uuid import UUID

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import ChargeId, RefundId, StatementLine
from xiaodian.modules.payments.service.yuan import to_minor

_REFERENCE, _NUMBER, _KIND = "支付宝交易号", "商户订单号", "业务类型"
_TIME, _AMOUNT, _REFUND_NUMBER = "完成时间", "订单金额（元）", "退款批次号/请求号"
_CURRENCY = "CNY"
MAX_BYTES = 2 * 1024**3
"""A zip says how large its content is; one that says more than this is no bill."""


def parse_bill(content: bytes, zone: tzinfo) -> list[StatementLine]:
    """The lines of a bill. Raises UnavailableError if it is not what we know as one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = [archive.read(info).decode("gb18030") for info in archive.infolist() if info.file_size < MAX_BYTES]
        [table] = [table for table in tables if _REFUND_NUMBER in table]
        rows = csv.DictReader(line for line in table.splitlines() if line.strip() and not line.startswith("#"))
        return [_to_line({name.strip(): (value or "").strip() for name, value in row.items()}, zone) for row in rows]
    except (zipfile.BadZipFile, UnicodeDecodeError, KeyError, ValueError, AttributeError) as error:
        raise UnavailableError(retry_after_s=1) from error


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
