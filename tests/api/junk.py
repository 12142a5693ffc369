"""Makes inputs out of the types that routes take: fitting ones, ones at the edge of fitting, and nonsense."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

STRANGE_TEXTS = (
    "",
    " ",
    "0",
    "null",
    "-1",
    "é" * 300,
    "字" * 61,
    "x" * 5000,
    "a\nb\tc",
    "\u0000",
    "\u202e\u200b\ufeff",
    "👩\u200d👩\u200d👧",
    "<script>alert(1)</script>",
    "'; DROP TABLE accounts.account; --",
    "%00%s%n{0}{detail}",
    "../../../../etc/passwd",
    "\U0010ffff",
)
STRANGE_NUMBERS = (0, -1, 1, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1e308, -0.0, 0.1)

texts = st.one_of(st.sampled_from(STRANGE_TEXTS), st.text(st.characters(codec="utf-8"), max_size=40))
numbers = st.one_of(st.sampled_from(STRANGE_NUMBERS), st.integers(-100, 100))
nonsense = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)


def bodies_for(kind: Any, good: Any, ids: dict[str, str]) -> st.SearchStrategy[Any]:
    """JSON values near to what a struct takes, most of them a `good` one with one value changed.

    `ids` are ids that exist, by the name of the field.
    """
    changed = _with_one_change(good, ids)
    return st.one_of(changed, changed, _near(inspect.type_info(kind), "", ids), nonsense)


def _with_one_change(good: Any, ids: dict[str, str]) -> st.SearchStrategy[Any]:
    if isinstance(good, dict) and good:
        return st.sampled_from(sorted(good)).flatmap(
            lambda key: _with_one_change(good[key], ids).map(lambda value: {**good, key: value})
        )
    if isinstance(good, list) and good:
        first = _with_one_change(good[0], ids)
        return st.one_of(
            first.map(lambda value: [value, *good[1:]]), st.just([]), st.just(good * 2), st.just(good * 300)
        )
    if isinstance(good, bool):
        return st.sampled_from([not good, None, 1])
    if isinstance(good, int):
        return st.one_of(numbers, st.integers(0, 10**9))
    if isinstance(good, str):
        return st.one_of(texts, st.sampled_from(sorted(ids.values())))
    return nonsense


def _near(kind: inspect.Type, name: str, ids: dict[str, str]) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.Metadata(type=inner):
            return _near(inner, name, ids)
        case inspect.StructType(fields=fields):
            return _struct(fields, ids)
        case inspect.UnionType(types=types):
            return st.one_of([_near(inner, name, ids) for inner in types])
        case inspect.ListType(item_type=item) | inspect.SetType(item_type=item) | inspect.FrozenSetType(item_type=item):
            return st.lists(_near(item, name.removesuffix("s"), ids), max_size=4)
        case inspect.EnumType(cls=enum):
            return st.sampled_from([member.value for member in enum])
        case inspect.UUIDType():
            known = [ids[name]] * 4 if name in ids else []
            return st.sampled_from([*known, *ids.values(), "00000000-0000-7000-8000-000000000000"])
        case inspect.IntType(ge=low, le=high):
            fitting = st.integers(low if low is not None else -1000, high if high is not None else 1_000_000)
            return st.one_of(fitting, fitting, numbers)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.StrType(min_length=low, max_length=high):
            fitting_text = st.text("abc123草莓 ", min_size=low or 0, max_size=min(high or 20, 20))
            return st.one_of(fitting_text, fitting_text, texts)
        case _:
            return nonsense


def _struct(fields: tuple[inspect.Field, ...], ids: dict[str, str]) -> st.SearchStrategy[Any]:
    def _field(field: inspect.Field) -> st.SearchStrategy[Any]:
        near = _near(field.type, field.encode_name, ids)
        return st.integers(0, 9).flatmap(lambda dice: nonsense if dice == 0 else near)

    required = {field.encode_name: _field(field) for field in fields if field.required}
    optional = {field.encode_name: _field(field) for field in fields if not field.required}
    whole = st.fixed_dictionaries(required, optional=optional)
    return st.one_of(
        whole, whole, whole, st.fixed_dictionaries({}, optional={**required, **optional, "nobody": nonsense})
    )


def encode(value: Any) -> bytes:
    """As JSON, also what no decoder of ours would make."""
    return msgspec.json.encode(value)
