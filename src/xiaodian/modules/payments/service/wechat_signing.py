"""How we prove ourselves to WeChat Pay."""

import secrets

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.signing import sign
from xiaodian.settings import Settings

SCHEME = "WECHATPAY2-SHA256-RSA2048"


class WechatSigner:
    """Signs requests, and what the buyer's browser hands to WeChat."""

    def __init__(self, settings: Settings, key: RSAPrivateKey) -> None:
        self._settings = settings
        self._key = key

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """Headers of a request; `path` with its query."""
        timestamp, nonce = str(int(utc_now().timestamp())), secrets.token_hex(16)
        signature = sign(self._key, f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + body + b"\n")
        fields = {
            "mchid": self._settings.wechat_merchant_id,
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": timestamp,
            "serial_no": self._settings.wechat_merchant_serial,
        }
        headers = {
            "authorization": f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items()),
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "xiaodian",
        }
        if self._settings.wechat_public_key_id:
            headers["wechatpay-serial"] = self._settings.wechat_public_key_id
        return headers

    def sign_for_script(self, prepay_id: str) -> dict[str, str]:
        """What `WeixinJSBridge.invoke("getBrandWCPayRequest", …)` takes."""
        timestamp, nonce = str(int(utc_now().timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        message = f"{self._settings.wechat_app_id}\n{timestamp}\n{nonce}\n{package}\n"
        return {
            "appId": self._settings.wechat_app_id,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": sign(self._key, message.encode()),
        }
