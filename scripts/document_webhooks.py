"""Write docs/webhooks.md's catalogue of types from the code: document_webhooks.py [--check]."""

import sys
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from xiaodian.contracts.shops import ShopId
from xiaodian.modules.webhooks.catalogue import CATALOGUE, MessageType
from xiaodian.modules.webhooks.models import Draft, Message, Subject

TARGET = Path(__file__).parent.parent / "docs/webhooks.md"
BEGIN, END = "<!-- types: written by scripts/document_webhooks.py -->", "<!-- end of types -->"
AT = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
_WORDS = {
    "number": "2605201234567",
    "currency": "CNY",
    "title": "丹东草莓",
    "sku_name": "3斤装",
    "name": "3斤装",
    "carrier": "顺丰速运",
    "tracking_number": "SF1234567890123",
    "provider": "wechat",
    "category": "fresh",
    "place": "丹东市",
    "text": "快件已揽收",
    "kind": "picked_up",
}
_STATES = {"order": "paid", "product": "on_sale", "room": "on_air", "payout": "paid"}


def sample_id(seed: str) -> UUID:
    """An id that is always the same for the same word."""
    return uuid5(NAMESPACE_URL, seed)


def sample_data(one: MessageType) -> msgspec.Struct:
    """A payload as it might be."""
    return _sample_struct(one.data, one)


def sample_message(one: MessageType) -> bytes:
    """A message of a type as it might be."""
    subject_id = sample_id(f"{one.subject}_id")
    message = Message(
        id=sample_id(one.name),
        type=one.name,
        timestamp=AT,
        shop_id=ShopId(sample_id("shop_id")),
        subject=Subject(kind=one.subject, id=subject_id),
        sequence=3,
        data=msgspec.Raw(msgspec.json.encode(sample_data(one))),
    )
    return msgspec.json.encode(message)


def sample_draft(one: MessageType, shop_id: ShopId) -> Draft:
    """The same, before it has its numbers."""
    subject = Subject(kind=one.subject, id=sample_id(f"{one.subject}_id"))
    return Draft(
        shop_id=shop_id,
        event_id=sample_id(one.name),
        type=one.name,
        subject=subject,
        occurred_at=AT,
        data=sample_data(one),
    )


def _sample_struct(kind: type[msgspec.Struct], one: MessageType) -> msgspec.Struct:
    hints = get_type_hints(kind)
    return kind(**{name: _sample(name, hints[name], one) for name in kind.__struct_fields__})


def _sample(name: str, kind: Any, one: MessageType) -> Any:
    if get_origin(kind) is UnionType:
        kind = next(part for part in get_args(kind) if part is not NoneType)
    if get_origin(kind) is list:
        return [_sample(name, get_args(kind)[0], one)]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _sample_struct(kind, one)
    if name == "state":
        told = one.name.partition(".")[2]
        return told if one.area == "after_sale" or told == "cancelled" else _STATES[one.subject]
    if name in ("kind", "reason", "deed") and one.area == "after_sale":
        return {"kind": "return_refund", "reason": "damaged", "deed": "agree"}[name]
    samples: dict[Any, Any] = {UUID: sample_id(name), datetime: AT, int: _number(name), bool: True}
    return samples.get(kind, _WORDS.get(name, "buyer" if name == "reason" else "off"))


def _number(name: str) -> int:
    return {"line_no": 0, "quantity": 2}.get(name, 0 if "off_" in name else 5980)


def render() -> str:
    """The part of the page that stands between the marks."""
    lines = [BEGIN, ""]
    for area, types in groupby(CATALOGUE.values(), key=lambda one: one.area):
        listed = list(types)
        lines += [f"### {area}", "", "| type | numbered by | right | when |", "|---|---|---|---|"]
        lines += [f"| `{one.name}` | {one.subject} | `{one.right}` | {one.meaning} |" for one in listed]
        for data, same in groupby(listed, key=lambda one: one.data):
            names = ", ".join(f"`{one.name}`" for one in same)
            example = next(one for one in listed if one.data is data)
            body = msgspec.json.format(msgspec.json.encode(sample_data(example)), indent=2).decode()
            lines += ["", f"`data` of {names}: {(data.__doc__ or '').strip()}", "", "```json", body, "```"]
        lines.append("")
    return "\n".join([*lines, END])


def render_page(text: str) -> str:
    """The page with the present catalogue."""
    before, _, rest = text.partition(BEGIN)
    return before + render() + rest.partition(END)[2]


def main() -> int:
    """Write the page, or say whether it is current."""
    text = TARGET.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        return int(text != render_page(text))
    TARGET.write_text(render_page(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
