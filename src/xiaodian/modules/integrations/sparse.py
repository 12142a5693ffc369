"""Sparse answers: `fields=id,title,skus.price_minor` leaves only these. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from xiaodian.modules.integrations.errors import UnknownFieldsError

MAX_CHARS = 1000

Tree = Mapping[str, "Tree"]
"""The fields asked for; an empty tree is all of a value."""


@lru_cache(maxsize=512)
def read_fields(text: str, kind: type) -> Tree:
    """The fields that a query asks for of an answer of this kind. Raises UnknownFieldsError."""
    if len(text) > MAX_CHARS:
        raise UnknownFieldsError(field="fields", name=text[:40])
    tree: dict[str, Any] = {}
    for path in text.split(","):
        name = path.strip()
        _check(name, kind)
        _plant(tree, name.split("."))
    return tree


@lru_cache(maxsize=512)
def read_item_fields(text: str, page_kind: type) -> Tree:
    """The same for a list: the fields are those of its items, and a page is a page whatever is asked for."""
    [item_kind] = get_args(get_type_hints(page_kind)["items"])
    return {"items": read_fields(text, item_kind), "next_cursor": {}}


def pick(value: Any, tree: Tree) -> Any:
    """The value with no other fields than those of the tree."""
    if not tree or value is None:
        return value
    if isinstance(value, list):
        return [pick(item, tree) for item in value]
    return {name: pick(getattr(value, name), inner) for name, inner in tree.items()}


def _check(path: str, kind: type) -> None:
    for part in path.split("."):
        hints = {name: hint for struct in _structs(kind) for name, hint in get_type_hints(struct).items()}
        if part not in hints:
            raise UnknownFieldsError(field="fields", name=path[:40])
        kind = hints[part]


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """The structs within a type: itself, of a list, of an option."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    elif get_origin(kind) in (list, Union, UnionType):
        for inner in get_args(kind):
            yield from _structs(inner)


def _plant(tree: dict[str, Any], parts: list[str]) -> None:
    """Add a path; who asks for all of a field gets all of it, however else it is named."""
    head, *rest = parts
    if not rest:
        tree[head] = {}
    elif head not in tree:
        tree[head] = {}
        _plant(tree[head], rest)
    elif tree[head]:
        _plant(tree[head], rest)
