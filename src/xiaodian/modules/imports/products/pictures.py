"""Pictures that files and platforms only name: fetched from outside once the products are there, and hung on them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from xiaodian.contracts.base import DomainError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.imports import RowOutcome
from xiaodian.contracts.media import NotAPictureError
from xiaodian.edge.bulk import JobRun
from xiaodian.infra.database import Connection, Record
from xiaodian.infra.outbound import AddressRefusedError, Outbound, OutboundFailedError
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.imports.products.judge import Verdict
from xiaodian.modules.imports.products.known import OWN_PICTURES, find_known_pictures, remember_picture
from xiaodian.modules.imports.products.plan import MAX_PICTURES, wanted_pictures
from xiaodian.modules.media import api as media

PRODUCTS_AT_ONCE = 10
FETCHES_AT_ONCE = 4
TIMEOUT_S = 20.0
MAX_REDIRECTS = 3
MAX_FAILURES_OF_HOST = 5
"""A server that fails so often is not asked again in this run."""


async def queue_pictures(connection: Connection, run: JobRun, verdicts: Sequence[Verdict]) -> None:
    """Note which products lack pictures that their rows name."""
    addresses = [address for verdict in verdicts for address in wanted_pictures(verdict.goods)]
    known = await find_known_pictures(connection, run.shop_id, addresses)
    for verdict in verdicts:
        goods = verdict.goods
        missing = [address for address in wanted_pictures(goods) if address not in known]
        if verdict.outcome is RowOutcome.REFUSED or verdict.product_id is None or not missing:
            continue
        await connection.execute(
            """
            INSERT INTO imports.picture_task (job_id, product_id, row_no, pictures, of_variants)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
            """,
            run.job_id,
            verdict.product_id,
            goods.row,
            [] if not isinstance(goods.pictures, list) else goods.pictures[:MAX_PICTURES],
            {
                variant.code: variant.picture
                for variant in goods.variants
                if isinstance(variant.code, str) and isinstance(variant.picture, str)
            },
        )


async def fetch_pictures(run: JobRun) -> None:
    """Some products at a time; one whose pictures cannot be had goes without, and its row says why."""
    async with Outbound(run.ctx.settings) as outbound:
        fetcher = _Fetcher(run, outbound)
        while True:
            async with run.ctx.database.connection() as connection:
                tasks = await connection.fetch(
                    """
                    SELECT product_id, row_no, pictures, of_variants FROM imports.picture_task
                    WHERE job_id = $1 ORDER BY row_no LIMIT $2
                    """,
                    run.job_id,
                    PRODUCTS_AT_ONCE,
                )
            if not tasks:
                return
            found = await fetcher.fetch([address for task in tasks for address in _addresses(task)])
            await _hang(run, tasks, found)


def _addresses(task: Record) -> list[str]:
    return [*task["pictures"], *task["of_variants"].values()]


class _Fetcher:
    def __init__(self, run: JobRun, outbound: Outbound) -> None:
        self._run = run
        self._outbound = outbound
        self._failures: dict[str, int] = {}
        self._gate = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def fetch(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """By address, where the picture is now (it begins with OWN_PICTURES), or the reason why not."""
        async with self._run.ctx.database.connection() as connection:
            known = await find_known_pictures(connection, self._run.shop_id, addresses)
        missing = [address for address in dict.fromkeys(addresses) if address not in known]
        fetched = await asyncio.gather(*(self._fetch_one(address) for address in missing))
        return known | dict(zip(missing, fetched, strict=True))

    async def _fetch_one(self, address: str) -> str:
        host = urlsplit(address).netloc
        async with self._gate:
            if self._failures.get(host, 0) >= MAX_FAILURES_OF_HOST:
                return "picture_unreachable"
            try:
                answer = await self._outbound.request(
                    "GET",
                    address,
                    headers={"accept": "image/*"},
                    max_bytes=self._run.ctx.settings.picture_max_bytes,
                    timeout_s=TIMEOUT_S,
                    max_redirects=MAX_REDIRECTS,
                )
            except AddressRefusedError as refusal:
                return str(refusal.params["reason"])
            except OutboundFailedError as failure:
                self._failures[host] = self._failures.get(host, 0) + 1
                return f"picture_{failure.reason}"
            if answer.status != 200:
                return "picture_unreachable"
            try:
                picture = await media.store_picture(self._run.ctx, self._run.caller.account_id, answer.content)
            except NotAPictureError:
                return "not_a_picture"
        picture_url = OWN_PICTURES + picture.name
        async with self._run.ctx.database.transaction() as connection:
            await remember_picture(connection, self._run.shop_id, address, picture_url)
        return picture_url


async def _hang(run: JobRun, tasks: Sequence[Record], found: Mapping[str, str]) -> None:
    async with run.chunk() as chunk:
        ids = [ProductId(task["product_id"]) for task in tasks]
        present = {product.product_id: product for product in await catalog.get_products(chunk.connection, ids)}
        for task in tasks:
            product = present.get(task["product_id"])
            faults = {address: found[address] for address in _addresses(task) if not _is_here(found[address])}
            if product is not None:
                faults |= await _hang_one(run, chunk.connection, product.product_id, task, found)
            if faults:
                await _note_faults(chunk.connection, run.job_id, task["row_no"], faults)
        await chunk.connection.execute(
            "DELETE FROM imports.picture_task WHERE job_id = $1 AND product_id = ANY($2::uuid[])", run.job_id, ids
        )


async def _hang_one(
    run: JobRun, connection: Connection, product_id: ProductId, task: Record, found: Mapping[str, str]
) -> dict[str, str]:
    """What the catalogue says against it."""
    product = (await catalog.get_products(connection, [product_id]))[0]
    here = [found[address] for address in task["pictures"] if _is_here(found[address])]
    edit: dict[str, Any] = {"picture_urls": list(dict.fromkeys(here))} if here else {}
    of_variants = {code: found[address] for code, address in task["of_variants"].items() if _is_here(found[address])}
    if of_variants:
        edit["skus"] = [
            catalog.SkuEdit(sku_id=sku.sku_id, price_minor=sku.price_minor, picture_url=of_variants[sku.code])
            for sku in product.skus
            if sku.code in of_variants
        ]
    edit = {name: value for name, value in edit.items() if value}
    if not edit:
        return {}
    try:
        write = catalog.ProductWrite(edit=catalog.ProductEdit(**edit), product_id=product_id)
        answers = await catalog.write_products(
            connection, run.caller, run.shop_id, [write], needs_review=run.ctx.settings.product_review
        )
    except DomainError as refusal:
        return {"": refusal.code}
    return {"": str(answers[0].params.get("reason", answers[0].code))} if answers[0].code else {}


def _is_here(found: str) -> bool:
    return found.startswith(OWN_PICTURES)


async def _note_faults(connection: Connection, job_id: UUID, row: int, faults: Mapping[str, str]) -> None:
    await connection.execute(
        "UPDATE imports.job_row SET params = params || $3 WHERE job_id = $1 AND row_no = $2",
        job_id,
        row,
        {"pictures": dict(faults)},
    )
