"""What of Alipay's answers we read, and how its messages are signed. https://opendocs.alipay.com/common/02mse7"""

from collections.abc import Mapping

import msgspec

DONE = "10000"
NO_WORD = frozenset({"20000", "20001", "40001", "40002", "40006"})
"""Its fault, or ours in how we ask: it says nothing of what becomes of the matter."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an answer that is signed."""

    code: str
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""
    out_trade_no: str = ""
    trade_no: str = ""
    trade_status: str = ""
    total_amount: str = ""
    fund_change: str = ""
    refund_status: str = ""
    bill_download_url: str = ""


def text_to_sign(fields: Mapping[str, str]) -> bytes:
    """Names and values in order of the names, as they are before any URL encoding; empty ones are left out."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value != "").encode()
