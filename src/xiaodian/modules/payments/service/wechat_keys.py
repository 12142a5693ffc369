"""By what WeChat Pay proves itself: a public key of its own, or certificates that it changes from time to time."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import BadCallbackError
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.provider_http import decode
from xiaodian.modules.payments.service.signing import is_signed
from xiaodian.modules.payments.service.wechat_wire import Certificates, Sealed

TOLERANCE_S = 300
ASK_AGAIN_AFTER_S = 60.0
"""Somebody who invents serial numbers must not make us download certificates all the time."""

Fetch = Callable[[], Awaitable[tuple[Mapping[str, str], bytes]]]
"""Downloads the list of certificates: headers (lower-case) and body."""


def unseal(sealed: Sealed, api_v3_key: str) -> bytes:
    """What stands in a sealed part of a message. Raises BadCallbackError if it was not sealed with our key."""
    try:
        return AESGCM(api_v3_key.encode()).decrypt(
            sealed.nonce.encode(), base64.b64decode(sealed.ciphertext), sealed.associated_data.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise BadCallbackError(reason="bad_seal") from error


class WechatKeys:
    """Checks signatures by the key that a message names, which it may have to download first."""

    def __init__(self, *, api_v3_key: str, public_keys: Mapping[str, RSAPublicKey], fetch: Fetch) -> None:
        self._api_v3_key = api_v3_key
        self._keys = dict(public_keys)
        self._has_public_key = bool(public_keys)
        self._fetch = fetch
        self._fetched_at: float | None = None
        self._fetching = asyncio.Lock()

    async def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadCallbackError if WeChat Pay did not sign this lately, UnavailableError if that cannot be told."""
        timestamp = headers.get("wechatpay-timestamp", "")
        if not timestamp.isdecimal() or abs(int(timestamp) - utc_now().timestamp()) > TOLERANCE_S:
            raise BadCallbackError(reason="too_old")
        key = await self._get_key(headers.get("wechatpay-serial", ""))
        if key is None or not _is_signed(key, headers, body):
            raise BadCallbackError(reason="bad_signature")

    async def _get_key(self, serial: str) -> RSAPublicKey | None:
        if serial not in self._keys and serial:
            async with self._fetching:
                if serial not in self._keys and self._may_fetch():
                    await self._fetch_keys()
        return self._keys.get(serial)

    async def _fetch_keys(self) -> None:
        try:
            self._keys.update(await self._download())
        except UnavailableError:
            # A merchant that has WeChat Pay's public key may have no certificates to download at all.
            if not self._has_public_key:
                raise
        self._fetched_at = asyncio.get_running_loop().time()

    def _may_fetch(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._fetched_at is None or now - self._fetched_at >= ASK_AGAIN_AFTER_S

    async def _download(self) -> dict[str, RSAPublicKey]:
        """The certificates of now. They come sealed with our key, and signed by one of themselves."""
        headers, body = await self._fetch()
        keys: dict[str, RSAPublicKey] = {}
        try:
            for one in decode(body, Certificates).data:
                pem = unseal(one.encrypt_certificate, self._api_v3_key)
                key = load_pem_x509_certificate(pem).public_key()
                if isinstance(key, RSAPublicKey) and one.expire_time > utc_now():
                    keys[one.serial_no] = key
        except (BadCallbackError, ValueError) as error:
            raise UnavailableError(retry_after_s=1) from error
        signer = {**keys, **self._keys}.get(headers.get("wechatpay-serial", ""))
        if signer is None or not _is_signed(signer, headers, body):
            raise UnavailableError(retry_after_s=1)
        return keys


def _is_signed(key: RSAPublicKey, headers: Mapping[str, str], body: bytes) -> bool:
    head = f"{headers.get('wechatpay-timestamp', '')}\n{headers.get('wechatpay-nonce', '')}\n"
    return is_signed(key, head.encode() + body + b"\n", headers.get("wechatpay-signature", ""))
