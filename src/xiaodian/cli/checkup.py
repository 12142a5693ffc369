"""The checks of `xiaodian doctor`. Each looks at one thing and says how it is and what to do about it."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import asyncpg
import msgspec
import nats
import nats.errors

from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.edge.pages import WEB_FOLDER
from xiaodian.infra.embedded.engines import EmbeddedEngines, EnginesNotStartedError
from xiaodian.infra.ports import bind_once
from xiaodian.modules.payments.api import make_real_providers
from xiaodian.settings import ENV_PREFIX, BadSettingError, Settings

OLDEST_POSTGRES = 180_000
ENOUGH_DISK_BYTES, LEAST_DISK_BYTES = 10 * 1024**3, 1024**3
SLOW_FSYNC_MS, FSYNC_ROUNDS = 20.0, 20
CLOCK_WARN_S, CLOCK_FAIL_S = 0.5, 5.0
FILES_WANTED = 4096
CODECS = ("h264", "hevc", "aac", "libx264")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """How one thing is. `text` and `deed` are (Chinese, English); an empty deed means nothing to do."""

    level: str
    """`ok`, `warn` or `fail`."""
    text: tuple[str, str]
    deed: tuple[str, str] = ("", "")


def _ok(zh: str, en: str) -> Finding:
    return Finding(level="ok", text=(zh, en))


def check_python() -> Finding:
    """Python 3.11 or newer."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return _ok(f"Python {version}", f"Python {version}")


def check_payments(settings: Settings) -> Finding:
    """Payment providers are set up whole, or not at all."""
    try:
        names = [provider.name for provider in make_real_providers(settings)]
    except BadSettingError as error:
        return Finding(
            level="fail",
            text=("支付设置不完整", "a payment provider is not set up right"),
            deed=(str(error), str(error)),
        )
    if settings.sandbox_payments:
        names.append("sandbox")
    if not names:
        return Finding(
            level="warn",
            text=("没有支付渠道", "there is no payment provider"),
            deed=("见 docs/payments.md", "see docs/payments.md"),
        )
    return _ok(f"支付渠道：{'、'.join(names)}", f"payments through {', '.join(names)}")


def check_sealing_key(settings: Settings) -> Finding:
    """Where several machines may share a database, all must open what one of them has sealed."""
    if settings.sealing_key or not settings.database_url:
        return _ok("密钥的加密钥匙已就绪", "secrets can be sealed")
    return Finding(
        level="warn",
        text=(
            "没有设置 XIAODIAN_SEALING_KEY，用的是数据目录里的 sealing.key",
            "XIAODIAN_SEALING_KEY is not set; sealing.key in the data folder is used",
        ),
        deed=(
            "多台机器共用一个数据库时，每台都要设成同一个值",
            "if several machines share the database, set it to the same on each",
        ),
    )


def check_front_end() -> Finding:
    """The built pages are there."""
    if (WEB_FOLDER / "index.html").exists():
        return _ok("网页已构建", "the front end is built")
    return Finding(
        level="fail",
        text=("网页还没有构建", "the front end is not built"),
        deed=("运行 make install", "run: make install"),
    )


def check_ffmpeg() -> Finding:
    """ffmpeg runs and has the codecs that ingest needs."""
    try:
        listing = subprocess.run(
            [find_ffmpeg(), "-hide_banner", "-codecs"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return Finding(
            level="fail",
            text=(f"ffmpeg 无法运行：{error}", f"ffmpeg does not run: {error}"),
            deed=(
                "安装 ffmpeg，并用 IMAGEIO_FFMPEG_EXE 指明它的路径",
                "install ffmpeg and name its path in IMAGEIO_FFMPEG_EXE",
            ),
        )
    missing = [codec for codec in CODECS if codec not in listing]
    if missing:
        names = ", ".join(missing)
        return Finding(
            level="fail",
            text=(f"ffmpeg 缺少 {names}", f"ffmpeg lacks {names}"),
            deed=("换一个完整的 ffmpeg（IMAGEIO_FFMPEG_EXE）", "use a complete ffmpeg (IMAGEIO_FFMPEG_EXE)"),
        )
    return _ok("ffmpeg 可用（H.264、HEVC、AAC）", "ffmpeg works (H.264, HEVC, AAC)")


def check_file_limit(settings: Settings) -> Finding:
    """Enough open files for the viewers that the gateway may take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(FILES_WANTED, settings.gateway_max_connections + 1000)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return _ok(f"可打开文件数 {soft}", f"open files: {soft}")
    can_raise = hard == resource.RLIM_INFINITY or hard >= wanted
    return Finding(
        level="warn",
        text=(
            f"可打开文件数只有 {soft}，网关最多接 {settings.gateway_max_connections} 人",
            f"only {soft} open files, while the gateway takes up to {settings.gateway_max_connections} viewers",
        ),
        deed=(f"ulimit -n {wanted}", f"ulimit -n {wanted}")
        if can_raise
        else (f"systemd: LimitNOFILE={wanted}", f"in systemd: LimitNOFILE={wanted}"),
    )


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Every port is free, or ours already."""
    for name in settings.__struct_fields__:
        port = getattr(settings, name)
        if not name.endswith("_port") or not port:
            continue
        variable = ENV_PREFIX + name.upper()
        try:
            bind_once(settings.host, port)
        except OSError as error:
            yield _taken_port(settings, variable, port, error)
        else:
            yield _ok(f"端口 {port} 空闲（{variable}）", f"port {port} is free ({variable})")


def _taken_port(settings: Settings, variable: str, port: int, error: OSError) -> Finding:
    if _is_up(settings.http_port):
        return _ok(f"端口 {port}：小店正在运行", f"port {port}: Xiaodian is running")
    return Finding(
        level="fail",
        text=(f"端口 {port} 不能用：{error.strerror}", f"port {port} cannot be used: {error.strerror}"),
        deed=(f"停掉占用它的程序，或设置 {variable}", f"stop the program that has it, or set {variable}"),
    )


def _is_up(http_port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{http_port}/healthz", timeout=3) as answer:
            return int(answer.status) == 200
    except (URLError, OSError, ValueError):
        return False


def check_disk(settings: Settings) -> Iterator[Finding]:
    """The data folder can be written, has room, and makes writes durable fast enough."""
    folder = settings.data_dir.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fsync_ms = _fsync_ms(folder)
    except OSError as error:
        yield Finding(
            level="fail",
            text=(f"数据目录 {folder} 不能写：{error.strerror}", f"cannot write to {folder}: {error.strerror}"),
            deed=("设置 XIAODIAN_DATA_DIR", "set XIAODIAN_DATA_DIR"),
        )
        return
    free = shutil.disk_usage(folder).free
    level = "ok" if free >= ENOUGH_DISK_BYTES else "warn" if free >= LEAST_DISK_BYTES else "fail"
    yield Finding(
        level=level,
        text=(f"数据目录剩余 {free / 1024**3:.1f} GB（{folder}）", f"{free / 1024**3:.1f} GB free in {folder}"),
        deed=("", "")
        if level == "ok"
        else ("一小时直播约占 1 GB；请腾出空间", "an hour of live video takes about 1 GB; make room"),
    )
    is_slow = fsync_ms > SLOW_FSYNC_MS
    yield Finding(
        level="warn" if is_slow else "ok",
        text=(f"落盘一次 {fsync_ms:.1f} 毫秒", f"a durable write takes {fsync_ms:.1f} ms"),
        deed=("下单会变慢；请把数据目录放到 SSD", "orders will be slow; put the data folder on an SSD")
        if is_slow
        else ("", ""),
    )


def _fsync_ms(folder: Path) -> float:
    """The median time of writing 8 KiB durably, as a database commit does."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(FSYNC_ROUNDS):
            start = time.perf_counter()
            file.write(os.urandom(8192))
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[len(times) // 2]


def check_data_version(settings: Settings) -> Finding | None:
    """The embedded database's files are of the version that we bring; None when there are none."""
    marker = settings.data_dir / "postgres" / "PG_VERSION"
    if settings.database_url or not marker.exists():
        return None
    version = marker.read_text().strip()
    if version == str(OLDEST_POSTGRES // 10_000):
        return _ok(f"数据库文件为 PostgreSQL {version}", f"the database files are PostgreSQL {version}")
    return Finding(
        level="fail",
        text=(f"数据库文件是 PostgreSQL {version} 的", f"the database files belong to PostgreSQL {version}"),
        deed=("见 docs/self-hosting.md 的升级一节", "see Upgrade in docs/self-hosting.md"),
    )


async def check_engines(settings: Settings) -> AsyncIterator[Finding]:
    """The engines that the settings name; the embedded ones are started in a scratch folder and stopped again."""
    with tempfile.TemporaryDirectory(prefix="xd") as scratch:
        embedded: EmbeddedEngines | None = None
        try:
            if not (settings.database_url and settings.nats_url):
                embedded = EmbeddedEngines(
                    Path(scratch), postgres=not settings.database_url, nats=not settings.nats_url
                )
        except EnginesNotStartedError as error:
            last = str(error).strip().splitlines()[-1:] or [""]
            yield Finding(
                level="fail",
                text=(f"自带的数据库或消息服务起不来：{last[0]}", f"the embedded engines do not start: {last[0]}"),
                deed=(
                    "检查磁盘与内存，或用 XIAODIAN_DATABASE_URL、XIAODIAN_NATS_URL 指向外部服务",
                    "check disk and memory, or use outside servers: XIAODIAN_DATABASE_URL, XIAODIAN_NATS_URL",
                ),
            )
            return
        try:
            async for finding in _check_postgres(settings.database_url or (embedded.database_url if embedded else "")):
                yield finding
            yield await _check_nats(settings.nats_url or (embedded.nats_url if embedded else ""))
        finally:
            if embedded:
                embedded.stop()


async def _check_postgres(url: str) -> AsyncIterator[Finding]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        yield Finding(
            level="fail",
            text=(f"连不上 PostgreSQL：{error}", f"PostgreSQL cannot be reached: {error}"),
            deed=("检查 XIAODIAN_DATABASE_URL", "check XIAODIAN_DATABASE_URL"),
        )
        return
    try:
        number = int(await connection.fetchval("SHOW server_version_num"))
        version = await connection.fetchval("SHOW server_version")
        if number < OLDEST_POSTGRES:
            yield Finding(
                level="fail",
                text=(f"PostgreSQL {version} 太旧", f"PostgreSQL {version} is too old"),
                deed=("需要 18 或更新", "18 or newer is needed"),
            )
        else:
            yield _ok(f"PostgreSQL {version}", f"PostgreSQL {version}")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            if await connection.fetchval("SELECT current_setting($1)", setting) == "off":
                yield Finding(
                    level="fail",
                    text=(f"PostgreSQL 的 {setting} 关着，断电会丢订单", f"{setting} is off: a power cut loses orders"),
                    deed=(f"ALTER SYSTEM SET {setting} = on", f"ALTER SYSTEM SET {setting} = on"),
                )
        if await connection.fetchval("SELECT to_regclass('webhooks.set_aside') IS NOT NULL"):
            yield _check_set_aside(int(await connection.fetchval("SELECT count(*) FROM webhooks.set_aside")))
        before = time.time()
        theirs = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
        yield _check_clock(theirs - (before + time.time()) / 2)
    finally:
        await connection.close()


def _check_set_aside(count: int) -> Finding:
    if not count:
        return _ok("所有事件都已推送", "webhooks could be made of every event")
    return Finding(
        level="warn",
        text=(f"{count} 个事件没能变成推送消息", f"no webhooks could be made of {count} events"),
        deed=(
            "原因见表 webhooks.set_aside；请带着它报告问题",
            "see the reasons in the table webhooks.set_aside, and report them",
        ),
    )


def _check_clock(ahead_s: float) -> Finding:
    off = abs(ahead_s)
    level = "ok" if off < CLOCK_WARN_S else "warn" if off < CLOCK_FAIL_S else "fail"
    return Finding(
        level=level,
        text=(f"时钟与数据库相差 {off:.3f} 秒", f"the clock is {off:.3f} s from the database's"),
        deed=("", "") if level == "ok" else ("两台机器都开启 NTP 对时", "keep both machines' time by NTP"),
    )


async def _check_nats(url: str) -> Finding:
    async def _quiet(_: Exception) -> None:
        """What went wrong is in the exception that connect raises."""

    try:
        client = await nats.connect(url, allow_reconnect=False, connect_timeout=5, error_cb=_quiet)
        try:
            await client.jetstream().account_info()
            server = client.connected_server_version
            version = f"{server.major}.{server.minor}.{server.patch}"
        finally:
            await client.close()
    except (OSError, TimeoutError, nats.errors.Error) as error:
        return Finding(
            level="fail",
            text=(f"NATS 不可用或没有 JetStream：{error}", f"NATS cannot be used, or lacks JetStream: {error}"),
            deed=("检查 XIAODIAN_NATS_URL，服务端要加 -js", "check XIAODIAN_NATS_URL; start the server with -js"),
        )
    return _ok(f"NATS {version}，JetStream 可用", f"NATS {version} with JetStream")
