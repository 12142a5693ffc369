"""A small WeChat Pay, written from its public documents; it shares no code with ours.

It checks each request's signature by the merchant's certificate number, signs each answer with the platform's key of
now, seals what it tells with AES-256-GCM, and changes its certificate when told to.
"""

import asyncio
import base64
import datetime
import gzip
import hashlib
import json
import os
import re
import time
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.modules.payments.servers import key_pair

API_V3_KEY = "0123456789abcdef0123456789abcdef"
MCHID, APPID, MERCHANT_SERIAL = "1900000001", "wx8888888888888888", "4F2E1D0C"
BILL_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
_AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>[^"]+)",nonce_str="(?P<nonce>[^"]+)",signature="(?P<sig>[^"]+)",'
    r'timestamp="(?P<ts>\d+)",serial_no="(?P<serial>[^"]+)"'
)


class WechatServer:
    """Orders, refunds and certificates of one merchant."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.platform: dict[str, tuple[rsa.RSAPrivateKey, bytes]] = {}
        self.serial = ""
        self.tamper = False
        """Sign answers with a key that nobody knows."""
        self.refund_status = "SUCCESS"
        self.slow_s = 0.0
        """Take so long over a new order or refund, after it was written down."""
        self.refund_arrived = asyncio.Event()
        self.rotate("5157F09EFDC0")
        self.app = web.Application()
        self.app.router.add_get("/v3/certificates", self._certificates)
        self.app.router.add_post("/v3/pay/transactions/{kind:native|h5|jsapi}", self._order)
        self.app.router.add_get("/v3/pay/transactions/out-trade-no/{number}", self._query)
        self.app.router.add_post("/v3/pay/transactions/out-trade-no/{number}/close", self._close)
        self.app.router.add_post("/v3/refund/domestic/refunds", self._refund)
        self.app.router.add_get("/v3/refund/domestic/refunds/{number}", self._query_refund)
        self.app.router.add_get("/v3/bill/tradebill", self._bill)
        self.app.router.add_get("/v3/billdownload/file", self._download)
        self.app.router.add_get("/sns/oauth2/access_token", self._who)

    def rotate(self, serial: str, *, keep: bool = False) -> None:
        """Take a new certificate; the old one is forgotten, or still listed."""
        key = key_pair(serial)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tenpay.com sign")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(int(serial, 16))
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365))
            .sign(key, hashes.SHA256())
        )
        if not keep:
            self.platform.clear()
        self.platform[serial] = key, certificate.public_bytes(serialization.Encoding.PEM)
        self.serial = serial

    def pay(self, number: str) -> None:
        """The buyer pays."""
        self.orders[number] |= {"trade_state": "SUCCESS", "transaction_id": "42000" + number[:20]}

    def callback(self, event_type: str, content: dict[str, Any], **how: Any) -> tuple[dict[str, str], bytes]:
        """Headers and body of a notice."""
        body = json.dumps(
            {
                "id": how.get("notice_id", os.urandom(8).hex()),
                "create_time": "2026-11-11T10:00:00+08:00",
                "resource_type": "encrypt-resource",
                "event_type": event_type,
                "summary": "支付成功",
                "resource": {"original_type": "transaction"} | self._seal(content, how.get("key", API_V3_KEY)),
            },
            ensure_ascii=False,
        ).encode()
        return self.sign(body, at=how.get("at"), serial=how.get("serial"), signer=how.get("signer")), body

    def payment_callback(self, number: str, **how: Any) -> tuple[dict[str, str], bytes]:
        """The notice of a payment."""
        order = self.orders[number]
        content = {**_public(order), **how.pop("content", {})}
        return self.callback("TRANSACTION.SUCCESS", content, **how)

    def refund_callback(self, number: str, status: str) -> tuple[dict[str, str], bytes]:
        """The notice of a refund."""
        refund = self.refunds[number]
        content = {
            "mchid": MCHID,
            "out_trade_no": refund["out_trade_no"],
            "out_refund_no": number,
            "refund_id": refund["refund_id"],
            "refund_status": status,
            "amount": {"total": refund["amount"]["total"], "refund": refund["amount"]["refund"]},
        }
        return self.callback(f"REFUND.{status}", content)

    def sign(
        self, body: bytes, *, at: int | None = None, serial: str | None = None, signer: rsa.RSAPrivateKey | None = None
    ) -> dict[str, str]:
        """Headers that prove that a body is WeChat Pay's."""
        timestamp, nonce = str(int(time.time()) if at is None else at), os.urandom(16).hex()
        key = signer or (key_pair("stranger") if self.tamper else self.platform[self.serial][0])
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "wechatpay-timestamp": timestamp,
            "wechatpay-nonce": nonce,
            "wechatpay-serial": serial or self.serial,
            "wechatpay-signature": base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode(),
        }

    def _seal(self, content: dict[str, Any], key: str) -> dict[str, str]:
        nonce, associated = os.urandom(6).hex(), "transaction"
        ciphertext = AESGCM(key.encode()).encrypt(nonce.encode(), json.dumps(content).encode(), associated.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(ciphertext).decode(),
            "nonce": nonce,
            "associated_data": associated,
        }

    async def _read(self, request: web.Request) -> Any:
        """The body of a request that the merchant has signed."""
        body = await request.read()
        self.requests.append(f"{request.method} {request.path}")
        match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if match is None or match["mchid"] != MCHID or match["serial"] != MERCHANT_SERIAL:
            raise self._refusal(401, "SIGN_ERROR")
        if abs(int(match["ts"]) - time.time()) > 300:
            raise self._refusal(401, "SIGN_ERROR")
        message = f"{request.method}\n{request.raw_path}\n{match['ts']}\n{match['nonce']}\n".encode() + body + b"\n"
        try:
            key_pair("merchant").public_key().verify(
                base64.b64decode(match["sig"]), message, padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature as error:
            raise self._refusal(401, "SIGN_ERROR") from error
        return json.loads(body) if body else {}

    def _answer(self, content: Any, status: int = 200) -> web.Response:
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        return web.Response(status=status, body=body, headers=self.sign(body), content_type="application/json")

    def _refusal(self, status: int, code: str) -> web.HTTPException:
        body = json.dumps({"code": code, "message": code.lower()})
        kinds = {400: web.HTTPBadRequest, 401: web.HTTPUnauthorized, 403: web.HTTPForbidden, 404: web.HTTPNotFound}
        return kinds[status](text=body, headers=self.sign(body.encode()), content_type="application/json")

    async def _certificates(self, request: web.Request) -> web.Response:
        await self._read(request)
        data = []
        for serial, (_, pem) in self.platform.items():
            if not pem:
                continue
            nonce, associated = os.urandom(6).hex(), "certificate"
            sealed = AESGCM(API_V3_KEY.encode()).encrypt(nonce.encode(), pem, associated.encode())
            data.append(
                {
                    "serial_no": serial,
                    "effective_time": "2026-01-01T00:00:00+08:00",
                    "expire_time": "2036-01-01T00:00:00+08:00",
                    "encrypt_certificate": {
                        "algorithm": "AEAD_AES_256_GCM",
                        "nonce": nonce,
                        "associated_data": associated,
                        "ciphertext": base64.b64encode(sealed).decode(),
                    },
                }
            )
        return self._answer({"data": data})

    async def _order(self, request: web.Request) -> web.Response:
        wish, kind = await self._read(request), request.match_info["kind"]
        number = wish["out_trade_no"]
        if not 6 <= len(number) <= 32 or wish["mchid"] != MCHID or wish["appid"] != APPID:
            raise self._refusal(400, "PARAM_ERROR")
        if datetime.datetime.fromisoformat(wish["time_expire"]) <= datetime.datetime.now(datetime.UTC):
            raise self._refusal(400, "PARAM_ERROR")
        if kind == "jsapi" and not wish["payer"]["openid"]:
            raise self._refusal(400, "PARAM_ERROR")
        if kind == "h5" and not (wish["scene_info"]["payer_client_ip"] and wish["scene_info"]["h5_info"]["type"]):
            raise self._refusal(400, "PARAM_ERROR")
        known = self.orders.get(number)
        if known is not None and known["wish"] != wish:
            raise self._refusal(403, "OUT_TRADE_NO_USED")
        self.orders[number] = known or {"wish": wish, "trade_state": "NOTPAY", "number": number}
        await asyncio.sleep(self.slow_s)
        return self._answer(
            {
                "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={number[:8]}"},
                "h5": {"h5_url": f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={number[:8]}"},
                "jsapi": {"prepay_id": f"wx{number}"},
            }[kind]
        )

    async def _query(self, request: web.Request) -> web.Response:
        await self._read(request)
        order = self.orders.get(request.match_info["number"])
        if order is None or request.query["mchid"] != MCHID:
            raise self._refusal(404, "ORDER_NOT_EXIST")
        return self._answer(_public(order))

    async def _close(self, request: web.Request) -> web.Response:
        wish = await self._read(request)
        order = self.orders.get(request.match_info["number"])
        if order is None or wish["mchid"] != MCHID:
            raise self._refusal(404, "ORDER_NOT_EXIST")
        if order["trade_state"] != "NOTPAY":
            raise self._refusal(400, "ORDERPAID")
        order["trade_state"] = "CLOSED"
        return self._answer(None, 204)

    async def _refund(self, request: web.Request) -> web.Response:
        wish = await self._read(request)
        order, number = self.orders.get(wish["out_trade_no"]), wish["out_refund_no"]
        if order is None or order["trade_state"] not in ("SUCCESS", "REFUND"):
            raise self._refusal(404, "RESOURCE_NOT_EXISTS")
        others = sum(
            one["amount"]["refund"]
            for key, one in self.refunds.items()
            if one["out_trade_no"] == wish["out_trade_no"] and key != number and one["status"] != "CLOSED"
        )
        if wish["amount"]["total"] != order["wish"]["amount"]["total"]:
            raise self._refusal(400, "PARAM_ERROR")
        if others + wish["amount"]["refund"] > wish["amount"]["total"]:
            raise self._refusal(403, "NOT_ENOUGH")
        if number not in self.refunds:
            self.refunds[number] = {
                "refund_id": "50000" + number[:20],
                "out_refund_no": number,
                "out_trade_no": wish["out_trade_no"],
                "status": self.refund_status,
                "amount": {**wish["amount"]},
            }
            order["trade_state"] = "REFUND"
        self.refund_arrived.set()
        await asyncio.sleep(self.slow_s)
        return self._answer(self.refunds[number])

    async def _query_refund(self, request: web.Request) -> web.Response:
        await self._read(request)
        refund = self.refunds.get(request.match_info["number"])
        if refund is None:
            raise self._refusal(404, "RESOURCE_NOT_EXISTS")
        return self._answer(refund)

    def bill(self) -> bytes:
        """The day's table."""
        rows = [BILL_HEADER]
        for order in self.orders.values():
            if order["trade_state"] in ("SUCCESS", "REFUND"):
                rows.append(_bill_row(order, None))
        rows += [_bill_row(self.orders[one["out_trade_no"]], one) for one in self.refunds.values()]
        rows += ["总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"]
        rows += ["`2,`29.90,`0.00,`0.00,`0.18000,`29.90,`0.00"]
        return gzip.compress(mtime=0, data=("\ufeff" + "\r\n".join(rows) + "\r\n").encode())

    async def _bill(self, request: web.Request) -> web.Response:
        await self._read(request)
        if request.query["bill_date"] < "2026-01-01":
            raise self._refusal(400, "NO_STATEMENT_EXIST")
        content = self.bill()
        url = f"http://{request.host}/v3/billdownload/file?token=abc"
        return self._answer({"hash_type": "SHA1", "hash_value": hashlib.sha1(content).hexdigest(), "download_url": url})

    async def _download(self, request: web.Request) -> web.Response:
        await self._read(request)
        return web.Response(body=self.bill())

    async def _who(self, request: web.Request) -> web.Response:
        if (request.query["appid"], request.query["secret"], request.query["code"]) != (APPID, "app-secret", "good"):
            return web.json_response({"errcode": 40029, "errmsg": "invalid code"})
        return web.json_response({"openid": "oUpF8uMuAJO", "access_token": "x"})


def _public(order: dict[str, Any]) -> dict[str, Any]:
    wish = order["wish"]
    return {
        "appid": wish["appid"],
        "mchid": wish["mchid"],
        "out_trade_no": order["number"],
        "trade_state": order["trade_state"],
        "trade_state_desc": "x",
        **({"transaction_id": order["transaction_id"]} if "transaction_id" in order else {}),
        "amount": {**wish["amount"], "payer_total": wish["amount"]["total"], "payer_currency": "CNY"},
        "payer": {"openid": "oUpF8uMuAJO"},
    }


def _bill_row(order: dict[str, Any], refund: dict[str, Any] | None) -> str:
    total = f"{order['wish']['amount']['total'] / 100:.2f}"
    back = f"{refund['amount']['refund'] / 100:.2f}" if refund else "0.00"
    values = {
        "交易时间": "2026-11-11 10:00:00",
        "微信订单号": order["transaction_id"],
        "商户订单号": order["number"],
        "交易状态": "REFUND" if refund else "SUCCESS",
        "货币种类": "CNY",
        "微信退款单号": refund["refund_id"] if refund else "0",
        "商户退款单号": refund["out_refund_no"] if refund else "0",
        "退款状态": "SUCCESS" if refund else "",
        "商品名称": "草莓",
        "订单金额": "0.00" if refund else total,
        "申请退款金额": back,
    }
    return ",".join("`" + values.get(name, "") for name in BILL_HEADER.split(","))
