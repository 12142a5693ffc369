"""The one way from goods to the catalogue: judged, and written unless it is a dry run."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.imports import RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.imports.products.goods import Goods, RowFault
from xiaodian.modules.imports.products.known import find_known_pictures, get_category_names
from xiaodian.modules.imports.products.plan import Facts, find_changes, plan_write, wanted_pictures

_FIELD_COLUMNS = {
    "title": "title",
    "description": "body",
    "category": "type",
    "state": "status",
    "handle": "handle",
    "options": "option1_name",
    "price_minor": "price",
    "code": "code",
    "barcode": "barcode",
    "stock": "stock",
    "weight_g": "weight",
    "option_values": "option1_value",
    "picture_urls": "picture",
}


class Planned(NamedTuple):
    """What an earlier dry run saw of a product: which it was, in which version; None if it was not there."""

    product_id: UUID | None
    version: int | None


class Verdict(NamedTuple):
    """What became of a product, or would."""

    goods: Goods
    outcome: RowOutcome
    product_id: ProductId | None = None
    seen: Planned = Planned(None, None)
    changes: Mapping[int, Mapping[str, Any]] = {}
    fault: RowFault | None = None


class Judge(NamedTuple):
    """For whom goods are judged, and how."""

    caller: Caller
    shop_id: ShopId
    needs_review: bool
    as_drafts: bool
    dry_run: bool


async def judge_goods(
    connection: Connection,
    judge: Judge,
    batch: Sequence[Goods],
    *,
    known_ids: Mapping[str, ProductId] | None = None,
    plan: Mapping[int, Planned] | None = None,
) -> list[Verdict]:
    """One verdict for each, in order; what is written is written in the caller's transaction.

    `known_ids` are products by the ids that another platform gives them. With a `plan`, whatever is not as it was when
    the plan was made is refused.
    """
    present = await _find_present(connection, judge.shop_id, batch, known_ids or {})
    facts = Facts(
        categories=await get_category_names(connection),
        pictures=await find_known_pictures(
            connection, judge.shop_id, [address for goods in batch for address in wanted_pictures(goods)]
        ),
        as_drafts=judge.as_drafts,
    )
    verdicts: dict[int, Verdict] = {}
    writes: list[tuple[int, catalog.ProductWrite]] = []
    for place, goods in enumerate(batch):
        try:
            before = present.find(goods)
            seen = _see(before)
            if plan is not None and plan.get(goods.row) not in (None, seen):
                raise RowFault("changed_meanwhile")
            write = plan_write(goods, before, facts)
        except RowFault as fault:
            verdicts[place] = Verdict(goods, RowOutcome.REFUSED, fault=fault)
            continue
        changes = {} if before is None else find_changes(goods, before, write.edit)
        verdicts[place] = Verdict(goods, RowOutcome.UNCHANGED, seen.product_id, seen, changes)  # type: ignore[arg-type]
        writes.append((place, write))
    answers = await catalog.write_products(
        connection,
        judge.caller,
        judge.shop_id,
        [write for _, write in writes],
        needs_review=judge.needs_review,
        dry_run=judge.dry_run,
    )
    for (place, _), answer in zip(writes, answers, strict=True):
        verdicts[place] = _to_verdict(verdicts[place], answer)
    return [verdicts[place] for place in range(len(batch))]


def fault_of(answer: catalog.WrittenProduct) -> RowFault:
    """A refusal of the catalogue as the fault of a column."""
    last = (answer.field or "").rpartition(".")[2]
    params: dict[str, Any] = dict(answer.params)
    reason = str(params.pop("reason", answer.code))
    for taken in ("column", "row"):
        params.pop(taken, None)
    return RowFault(reason, _FIELD_COLUMNS.get(last), **params)


def _to_verdict(verdict: Verdict, answer: catalog.WrittenProduct) -> Verdict:
    outcome = RowOutcome(answer.outcome.value)
    if outcome is RowOutcome.REFUSED:
        return Verdict(verdict.goods, outcome, fault=fault_of(answer))
    # In a dry run a product that is not there yet has no id that will last.
    product_id = answer.product_id
    return verdict._replace(outcome=outcome, product_id=product_id)


def _see(before: Product | None) -> Planned:
    return Planned(None, None) if before is None else Planned(before.product_id, before.version)


class _Present(NamedTuple):
    products: Mapping[ProductId, Product]
    named: catalog.NamedProducts
    known_ids: Mapping[str, ProductId]

    def find(self, goods: Goods) -> Product | None:
        """By the other platform's id, else by the codes of its variants, else by handle. Raises RowFault."""
        known = self.known_ids.get(goods.external_id or "")
        if known is not None and known in self.products:
            return self.products[known]
        found = {self.named.by_code[code] for code in _codes(goods) if code in self.named.by_code}
        if len(found) > 1:
            raise RowFault("of_several_products", "code")
        if found:
            return self.products.get(found.pop())
        if goods.handle and goods.handle in self.named.by_handle:
            return self.products.get(self.named.by_handle[goods.handle])
        product_id = _as_id(goods.handle)
        return self.products.get(ProductId(product_id)) if product_id and product_id in self.named.ids else None


async def _find_present(
    connection: Connection, shop_id: ShopId, batch: Sequence[Goods], known_ids: Mapping[str, ProductId]
) -> _Present:
    named = await catalog.find_named_products(
        connection,
        shop_id,
        handles=[goods.handle for goods in batch if goods.handle],
        codes=[code for goods in batch for code in _codes(goods)],
        ids=[
            *(product_id for goods in batch if (product_id := _as_id(goods.handle)) is not None),
            *(known_ids[goods.external_id] for goods in batch if goods.external_id and goods.external_id in known_ids),
        ],
    )
    ids = {*named.by_handle.values(), *named.by_code.values(), *(ProductId(one) for one in named.ids)}
    products = await catalog.get_products(connection, sorted(ids))
    return _Present({product.product_id: product for product in products}, named, known_ids)


def _codes(goods: Goods) -> list[str]:
    return [variant.code for variant in goods.variants if isinstance(variant.code, str)]


def _as_id(handle: str | None) -> UUID | None:
    """Our own files call products without a handle by their id."""
    if handle is None or len(handle) != 36:
        return None
    try:
        return UUID(handle)
    except ValueError:
        return None


def to_params(verdict: Verdict) -> dict[str, Any]:
    """What an apply needs to find the product as the dry run saw it."""
    return {"plan": msgspec.to_builtins(verdict.seen._asdict())}
