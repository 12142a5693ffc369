"""What of WeChat Pay's messages we read. https://pay.weixin.qq.com/doc/v3/merchant/4012062524"""

from datetime import datetime

import msgspec


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """Of a transaction, in fen."""

    total: int
    currency: str = "CNY"


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """A payment. What was not paid yet has no amount."""

    out_trade_no: str
    trade_state: str
    mchid: str = ""
    transaction_id: str = ""
    amount: Amount | None = None


class RefundAmount(msgspec.Struct, frozen=True, kw_only=True):
    """Of a refund, in fen. Notices leave the currency out."""

    refund: int
    currency: str = "CNY"


class WechatRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund, as asked for (`status`) and as told (`refund_status`)."""

    out_refund_no: str
    amount: RefundAmount
    refund_id: str = ""
    status: str = ""
    refund_status: str = ""
    mchid: str = ""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """Something sealed by AES-256-GCM with the APIv3 key."""

    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a callback."""

    id: str
    event_type: str
    resource: Sealed


class SealedCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A platform certificate in the list."""

    serial_no: str
    expire_time: datetime
    encrypt_certificate: Sealed


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """All platform certificates that are valid now."""

    data: list[SealedCertificate]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a new order: one of these is set, by the way to pay."""

    code_url: str = ""
    h5_url: str = ""
    prepay_id: str = ""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in with WeChat."""

    openid: str = ""


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """Where a day's bill is."""

    download_url: str
    hash_type: str
    hash_value: str


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why WeChat Pay refuses."""

    code: str = ""
    message: str = ""
