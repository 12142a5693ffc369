"""From the structs of the modules below to those of the open API: moments for milliseconds, `id` for an own id."""

from datetime import datetime
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from xiaodian.kit.clock import from_epoch_ms

T = TypeVar("T", bound=msgspec.Struct)


def to_wire(kind: type[T], source: Any, *, own_id: str = "", **given: Any) -> T:
    """A struct of the open API, of the fields of the same names; `given` ones are taken as they are.

    A field `paid_at` that the source does not have is made of its `paid_at_ms`, `id` is its `own_id`.
    """
    values: dict[str, Any] = dict(given)
    for name, hint in _hints(kind).items():
        if name not in values:
            values[name] = getattr(source, own_id or name) if name == "id" else _convert(hint, source, name)
    return kind(**values)


def _convert(hint: Any, source: Any, name: str) -> Any:
    if datetime in _parts(hint) and not hasattr(source, name):
        moment_ms = getattr(source, f"{name}_ms")
        return None if moment_ms is None else from_epoch_ms(moment_ms)
    return _nested(hint, getattr(source, name))


def _nested(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    for kind in _parts(hint):
        if get_origin(kind) is list:
            return [_nested(get_args(kind)[0], item) for item in value]
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and not isinstance(value, kind):
            return to_wire(kind, value)
        if isinstance(kind, type) and issubclass(kind, Enum) and not isinstance(value, kind):
            return kind(value)
    return value


@lru_cache(maxsize=512)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _parts(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
