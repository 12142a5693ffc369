"""Every setting, typed, in one place. Each comes from the environment variable `XIAODIAN_<NAME>`.

`docs/settings.md` is generated from this file (`python scripts/document_settings.py`).
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, get_args, get_type_hints

import msgspec

ENV_PREFIX = "XIAODIAN_"


class BadSettingError(ValueError):
    """An environment variable has a value that its setting cannot take."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. Handed down from the composition root, never imported as a value."""

    data_dir: Annotated[Path, "Folder of the embedded engines' data and of media files."] = Path("data")
    host: Annotated[str, "Address that the servers listen on."] = "0.0.0.0"
    http_port: Annotated[int, "Port of the web pages and the API."] = 8000
    gateway_port: Annotated[int, "Port of the live gateway (WebSocket, room events)."] = 8001
    publisher_port: Annotated[int, "Port of the browser publisher (WebSocket, camera in the browser)."] = 8002
    rtmp_port: Annotated[int, "Port of the RTMP ingest (OBS and other encoders)."] = 1935
    worker_port: Annotated[int, "Port where the worker tells its health and metrics."] = 8003
    http_workers: Annotated[int, "Number of HTTP worker processes."] = 1

    public_url: Annotated[str, "Address that browsers use, when a proxy stands in front; empty: as requested."] = ""
    gateway_url: Annotated[str, "ws:// address of the gateway for browsers; empty: same host, gateway port."] = ""
    publisher_url: Annotated[str, "ws:// address of the browser publisher; empty: same host, publisher port."] = ""
    rtmp_url: Annotated[str, "rtmp:// address told to hosts; empty: same host, RTMP port."] = ""
    trusted_proxies: Annotated[int, "How many proxies stand in front and add to X-Forwarded-For."] = 0

    database_url: Annotated[str, "PostgreSQL ≥ 18 to use; empty: the embedded one."] = ""
    database_pool_size: Annotated[int, "Most connections to PostgreSQL of one process."] = 10
    clickhouse_url: Annotated[
        str,
        "ClickHouse for heavy questions about fans, http://user:password@host:8123/?database=name; empty: none.",
    ] = ""
    nats_url: Annotated[str, "NATS server with JetStream to use; empty: the embedded one."] = ""
    nats_prefix: Annotated[str, "Prefix of streams and subjects, so that installations can share a server."] = (
        "xiaodian"
    )
    media_url: Annotated[str, "Where media files are kept: file:///path or s3://bucket/prefix; empty: data folder."] = (
        ""
    )

    session_days: Annotated[int, "A browser stays signed in for so many days."] = 30
    session_cache_s: Annotated[int, "A process trusts a session it has seen for so many seconds."] = 10
    sign_in_attempts_per_minute: Annotated[
        int, "Sign-in attempts a minute for one name, and ten times that for one address."
    ] = 10
    sign_ups_per_hour: Annotated[int, "New accounts an hour from one address."] = 100
    oauth_requests_per_minute: Annotated[
        int, "Requests a minute to the token and revocation endpoints from one address."
    ] = 600
    open_api_per_second: Annotated[int, "Calls of the open API a second that an app may make in a shop, for long."] = 20
    open_api_burst: Annotated[int, "Calls of the open API that an app may make in a shop at once, after a rest."] = 200
    comments_per_minute: Annotated[int, "Comments a minute by one account."] = 30
    comment_max_chars: Annotated[int, "Longest comment, in characters."] = 200

    payment_minutes: Annotated[int, "An unpaid order is cancelled after so many minutes."] = 15
    receipt_days: Annotated[int, "A delivered order counts as received after so many days."] = 7
    transit_days: Annotated[int, "A shipped order of which no delivery is told counts as received so late."] = 15
    creator_hold_days: Annotated[int, "Commission can be paid out so many days after the shop's settlement."] = 2
    behaviour_days: Annotated[int, "What visitors did in rooms is kept for so many days; its sums stay."] = 180
    behaviour_reports_per_minute: Annotated[
        int, "Reports of visitors' pages a minute that count from one address, in each HTTP process."
    ] = 3_000
    behaviour_rows_per_s: Annotated[
        int,
        "Rows a second that are kept of what visitors who are not signed in did, in each HTTP process; of more a "
        "sample is kept, and figures still count all. 0: every row is kept.",
    ] = 20_000
    searches_per_minute: Annotated[int, "Searches a minute from one address, in each HTTP process."] = 120
    feed_lists_fresh_s: Annotated[
        float, "Lists of the feed that are the same for everybody are kept in memory for so long."
    ] = 5.0
    books_utc_offset_h: Annotated[int, "Days and months of statements begin so many hours before UTC's."] = 8
    refund_pending_hours: Annotated[int, "Reconciliation reports refunds that providers owe longer than this."] = 24
    checkouts_per_minute: Annotated[int, "Orders a minute that one account may try to place, in each HTTP process."] = (
        60
    )
    checkout_batch_max: Annotated[int, "Most orders placed in one transaction."] = 200
    checkout_queue_max: Annotated[int, "Most orders waiting to be placed in one process; beyond it: 503."] = 5000
    sandbox_payments: Annotated[bool, "Offer the sandbox payment provider (for demos and tests)."] = True
    stripe_secret_key: Annotated[str, "Stripe: secret key (sk_...); empty: no payments through Stripe."] = ""
    stripe_publishable_key: Annotated[str, "Stripe: publishable key (pk_...), given to browsers."] = ""
    stripe_webhook_secret: Annotated[str, "Stripe: signing secret of the webhook endpoint (whsec_...)."] = ""
    stripe_api_base: Annotated[str, "Stripe: address of its API."] = "https://api.stripe.com"
    wechat_app_id: Annotated[str, "WeChat Pay: app id; empty: no payments through WeChat."] = ""
    wechat_merchant_id: Annotated[str, "WeChat Pay: merchant number (mchid)."] = ""
    wechat_merchant_serial: Annotated[str, "WeChat Pay: serial number of the merchant's API certificate."] = ""
    wechat_private_key: Annotated[str, "WeChat Pay: the merchant's private key (apiclient_key.pem), path or PEM."] = ""
    wechat_api_v3_key: Annotated[str, "WeChat Pay: APIv3 key, 32 characters."] = ""
    wechat_public_key_id: Annotated[str, "WeChat Pay: id of its public key; empty: certificates are downloaded."] = ""
    wechat_public_key: Annotated[str, "WeChat Pay: its public key, path or PEM; goes with the id."] = ""
    wechat_app_secret: Annotated[str, "WeChat Pay: secret of the app; needed for the way jsapi only."] = ""
    wechat_methods: Annotated[str, "WeChat Pay: ways to pay offered, of native, h5, jsapi; the usual first."] = "native"
    wechat_api_base: Annotated[str, "WeChat Pay: address of its API."] = "https://api.mch.weixin.qq.com"
    wechat_login_base: Annotated[str, "WeChat: address that tells who pays, for jsapi."] = "https://api.weixin.qq.com"
    alipay_app_id: Annotated[str, "Alipay: app id; empty: no payments through Alipay."] = ""
    alipay_private_key: Annotated[str, "Alipay: the app's private key, path, PEM or bare Base64."] = ""
    alipay_public_key: Annotated[str, "Alipay: Alipay's public key for the app, path, PEM or bare Base64."] = ""
    alipay_methods: Annotated[str, "Alipay: ways to pay offered, of page, wap; the usual first."] = "page,wap"
    alipay_gateway: Annotated[str, "Alipay: address of its gateway."] = "https://openapi.alipay.com/gateway.do"

    ingest_grace_s: Annotated[int, "A room whose encoder vanished ends after so many seconds."] = 60
    ingest_max_publishers: Annotated[int, "Most publishers on one ingest process."] = 100
    segment_s: Annotated[float, "Length of a video segment in seconds, where the encoder's key frames allow it."] = 1.0
    ingest_callback_secret: Annotated[
        str, "Secret that a front RTMP server's publish callback must carry (?secret=)."
    ] = ""

    gateway_max_connections: Annotated[int, "Viewers of one gateway process; further ones are told to poll."] = 20000
    gateway_max_buffer_bytes: Annotated[int, "A viewer with more than this unsent is dropped."] = 262_144
    bag_max_products: Annotated[int, "Most products in a bag."] = 100
    transcript_lines_per_minute: Annotated[int, "Lines of speech a minute that are taken for one room."] = 6000
    speech_engine: Annotated[
        str, "Speech recognition in rooms: sherpa-onnx (pip install 'xiaodian[speech]'), pocketsphinx; empty: none."
    ] = ""
    speech_model: Annotated[Path, "Folder of the streaming model that sherpa-onnx uses."] = Path("speech-model")
    speech_threads: Annotated[int, "Threads of one room's speech recognition."] = 1
    speech_max_rooms: Annotated[int, "Most rooms that one listener process follows at once."] = 2
    product_review: Annotated[bool, "Products go on sale only after an operator has looked at them."] = False
    video_max_bytes: Annotated[int, "Largest film of a product, in bytes."] = 104_857_600
    vod_max_bytes: Annotated[int, "Largest upload of a short video, in bytes."] = 4_294_967_296
    vod_max_s: Annotated[int, "Longest short video, in seconds."] = 600
    vod_open_max: Annotated[int, "Most uploads and films in the making of one account at once."] = 10
    vod_upload_hours: Annotated[int, "An upload that nobody goes on with is forgotten after so many hours."] = 24
    vod_cache_s: Annotated[
        int, "Browsers and CDNs may keep pieces of short videos so long without asking whether they are still there."
    ] = 0
    picture_max_bytes: Annotated[int, "Largest picture upload in bytes."] = 10_485_760

    sealing_key: Annotated[
        str,
        "Key that secrets of webhooks and other platforms are encrypted with; empty: made once, in the data folder.",
    ] = ""
    outbound_private_addresses: Annotated[
        bool, "Let webhooks and imports call plain http, loopback and private addresses (tests, closed networks)."
    ] = False
    webhook_timeout_s: Annotated[float, "A receiver of webhooks must answer within so many seconds; 30 at most."] = 15.0
    webhook_concurrency: Annotated[int, "Most webhooks that one worker process has on their way at once."] = 256
    webhook_endpoint_concurrency: Annotated[int, "The same to one endpoint."] = 32

    outreach_most_messages: Annotated[
        int, "A fan gets no more messages than this from all shops together, within the days of the cap."
    ] = 3
    outreach_cap_days: Annotated[int, "Days within which the messages to a fan are counted."] = 7
    outreach_quiet_from_h: Annotated[
        int, "From this hour on (of the books' time zone) no messages of shops arrive."
    ] = 22
    outreach_quiet_until_h: Annotated[int, "Until this hour; the same as from: no quiet hours."] = 8

    smtp_host: Annotated[
        str, "Mail server that messages to fans leave by; empty, or without a public URL: no e-mail."
    ] = ""
    smtp_port: Annotated[int, "Port of the mail server."] = 587
    smtp_user: Annotated[str, "Name to sign in with at the mail server; empty: without signing in."] = ""
    smtp_password: Annotated[str, "Password for it."] = ""
    smtp_security: Annotated[str, "starttls, tls, or none."] = "starttls"
    mail_from: Annotated[str, "Address that e-mails come from: name@example.com."] = ""

    log_level: Annotated[str, "debug, info, warning or error."] = "info"
    log_format: Annotated[str, "json, or console for reading by eye."] = "json"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment. Raises BadSettingError that names the variable."""
        source = os.environ if env is None else env
        raw = {
            name: source[ENV_PREFIX + name.upper()]
            for name in cls.__struct_fields__
            if ENV_PREFIX + name.upper() in source
        }
        try:
            return msgspec.convert(raw, cls, strict=False, dec_hook=_decode_path)
        except msgspec.ValidationError as error:
            raise BadSettingError(
                f"A setting of {', '.join(ENV_PREFIX + name.upper() for name in raw)} is wrong: {error}"
            ) from error

    def to_env(self) -> dict[str, str]:
        """The environment that makes a child process see the same settings."""
        return {ENV_PREFIX + name.upper(): _to_text(getattr(self, name)) for name in self.__struct_fields__}


def describe_settings() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of each setting, for the documentation."""
    defaults = Settings()
    hints = get_type_hints(Settings, include_extras=True)
    return [
        (ENV_PREFIX + name.upper(), _to_text(getattr(defaults, name)), str(get_args(hints[name])[1]))
        for name in Settings.__struct_fields__
    ]


def _decode_path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)


def _to_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
