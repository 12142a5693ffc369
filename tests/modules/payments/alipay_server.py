"""A small Alipay gateway, written from its public documents; it shares no code with ours.

It checks the signature of each request over the parameters as they came, and signs the words of its answers as they
stand in the answer.
"""

import base64
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from tests.modules.payments.servers import key_pair

APP_ID = "2021000000000001"
_COMMON = ("app_id", "method", "charset", "sign_type", "timestamp", "version", "biz_content", "sign")
_BILL_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


class AlipayServer:
    """Trades and refunds of one app."""

    def __init__(self) -> None:
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, str]] = {}
        self.signer = "alipay"
        self.business_fault = ""
        """A sub_code with which every call is refused."""
        self.app = web.Application()
        self.app.router.add_post("/gateway.do", self._gateway)
        self.app.router.add_get("/bill.zip", self._bill_file)

    def visit(self, url: str) -> dict[str, Any]:
        """The buyer comes to the page; from now on Alipay knows the order."""
        fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert self._is_right(fields), "the page's address is not signed"
        order = json.loads(fields["biz_content"])
        wanted = {
            "alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY",
            "alipay.trade.wap.pay": "QUICK_WAP_WAY",
        }
        assert order["product_code"] == wanted[fields["method"]]
        trade = {
            **order,
            "trade_no": "2026111122001" + order["out_trade_no"][:8],
            "trade_status": "WAIT_BUYER_PAY",
            "notify_url": fields["notify_url"],
            "return_url": fields["return_url"],
        }
        return self.trades.setdefault(order["out_trade_no"], trade)

    def pay(self, number: str) -> None:
        """The buyer pays."""
        self.trades[number]["trade_status"] = "TRADE_SUCCESS"

    def notice(self, number: str, **changes: str) -> bytes:
        """Body of a notice about a trade."""
        trade = self.trades[number]
        fields = {
            "notify_id": "ac05099524730693a8b330c5ecf72da9786",
            "notify_type": "trade_status_sync",
            "notify_time": _now(),
            "app_id": APP_ID,
            "charset": "utf-8",
            "version": "1.0",
            "out_trade_no": number,
            "trade_no": trade["trade_no"],
            "trade_status": trade["trade_status"],
            "total_amount": trade["total_amount"],
            "subject": trade["subject"],
            "fund_bill_list": '[{"amount":"29.90","fundChannel":"PCREDIT"}]',
            **changes,
        }
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        return urlencode({**fields, "sign_type": "RSA2", "sign": self._sign(text)}).encode()

    def _sign(self, text: str) -> str:
        signature = key_pair(self.signer).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    @staticmethod
    def _is_right(fields: dict[str, str]) -> bool:
        if any(not fields.get(name) for name in _COMMON) or fields["app_id"] != APP_ID or fields["sign_type"] != "RSA2":
            return False
        told = datetime.strptime(fields["timestamp"] + " +0800", "%Y-%m-%d %H:%M:%S %z")
        if abs(datetime.now(UTC) - told) > timedelta(minutes=15):
            return False
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "sign" and fields[name])
        try:
            key_pair("app").public_key().verify(
                base64.b64decode(fields["sign"]), text.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return False
        return True

    async def _gateway(self, request: web.Request) -> web.Response:
        fields = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        method = fields.get("method", "")
        if not self._is_right(fields):
            answer = _fault("40002", "isv.invalid-signature")
        elif self.business_fault:
            answer = _fault("40004", self.business_fault)
        else:
            content = json.loads(fields["biz_content"])
            handlers = {
                "alipay.trade.query": self._query,
                "alipay.trade.close": self._close,
                "alipay.trade.refund": self._refund,
                "alipay.trade.fastpay.refund.query": self._query_refund,
                "alipay.data.dataservice.bill.downloadurl.query": self._bill,
            }
            answer = handlers[method](content, str(request.url.origin()))
        # As Alipay writes it: with characters that another writer would write otherwise.
        words = json.dumps(answer, ensure_ascii=False, separators=(",", ": ")).replace("/", "\\/")
        name = method.replace(".", "_") + "_response"
        return web.Response(text=f'{{"{name}":{words},"sign":"{self._sign(words)}"}}', content_type="text/html")

    def _query(self, content: dict[str, str], _: str) -> dict[str, str]:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return _fault("40004", "ACQ.TRADE_NOT_EXIST")
        names = ("out_trade_no", "trade_no", "trade_status", "total_amount")
        return {"code": "10000", "msg": "Success", "buyer_logon_id": "丹***", **{name: trade[name] for name in names}}

    def _close(self, content: dict[str, str], _: str) -> dict[str, str]:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return _fault("40004", "ACQ.TRADE_NOT_EXIST")
        if trade["trade_status"] != "WAIT_BUYER_PAY":
            return _fault("40004", "ACQ.TRADE_STATUS_ERROR")
        trade["trade_status"] = "TRADE_CLOSED"
        return {"code": "10000", "msg": "Success", "trade_no": trade["trade_no"]}

    def _refund(self, content: dict[str, str], _: str) -> dict[str, str]:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return _fault("40004", "ACQ.TRADE_NOT_EXIST")
        if trade["trade_status"] != "TRADE_SUCCESS":
            return _fault("40004", "ACQ.TRADE_STATUS_ERROR")
        number = content["out_request_no"]
        back = sum(_minor(one["refund_amount"]) for one in self.refunds.values())
        is_new = number not in self.refunds
        if is_new:
            if back + _minor(content["refund_amount"]) > _minor(trade["total_amount"]):
                return _fault("40004", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
            self.refunds[number] = content
        return {
            "code": "10000",
            "msg": "Success",
            "trade_no": trade["trade_no"],
            "out_trade_no": content["out_trade_no"],
            "fund_change": "Y" if is_new else "N",
            "refund_fee": content["refund_amount"],
        }

    def _query_refund(self, content: dict[str, str], _: str) -> dict[str, str]:
        refund = self.refunds.get(content["out_request_no"])
        answer = {"code": "10000", "msg": "Success"}
        if refund is None:
            return answer
        return {**answer, "trade_no": "1", "refund_status": "REFUND_SUCCESS", "refund_amount": refund["refund_amount"]}

    def _bill(self, content: dict[str, str], origin: str) -> dict[str, str]:
        if content["bill_type"] != "trade" or content["bill_date"] < "2026-01-01":
            return _fault("40004", "BILL_NOT_EXIST")
        return {"code": "10000", "msg": "Success", "bill_download_url": f"{origin}/bill.zip?fileId=1"}

    async def _bill_file(self, request: web.Request) -> web.Response:
        rows = ["#支付宝业务明细查询", "#账号：[20880000]", "#-----业务明细列表-----", _BILL_HEADER]
        for trade in self.trades.values():
            if trade["trade_status"] == "TRADE_SUCCESS":
                rows.append(_bill_row(trade, "交易", trade["total_amount"], ""))
        for number, refund in self.refunds.items():
            trade = self.trades[refund["out_trade_no"]]
            rows.append(_bill_row(trade, "退款", "-" + refund["refund_amount"], number))
        rows += ["#-----业务明细列表结束-----", "#交易合计：1笔"]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("20880000_业务明细.csv", "\r\n".join(rows).encode("gbk"))
            archive.writestr("20880000_业务明细(汇总).csv", "#汇总\r\n门店编号,交易订单总笔数\r\n合计,1".encode("gbk"))
        return web.Response(body=buffer.getvalue())


def _now(shift: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + timedelta(hours=8) + shift).strftime("%Y-%m-%d %H:%M:%S")


def _fault(code: str, sub_code: str) -> dict[str, str]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "失败"}


def _minor(amount: str) -> int:
    return round(float(amount) * 100)


def _bill_row(trade: dict[str, Any], kind: str, amount: str, refund_number: str) -> str:
    values = {
        "支付宝交易号": trade["trade_no"] + "\t",
        "商户订单号": trade["out_trade_no"] + "\t",
        "业务类型": kind,
        "完成时间": "2026-11-11 10:00:00",
        "订单金额（元）": amount,
        "退款批次号/请求号": refund_number,
    }
    return ",".join(values.get(name, "") for name in _BILL_HEADER.split(","))
