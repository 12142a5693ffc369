"""A condition as a tree, and as the JSON that a builder clicks together.

{"all": [{"field": "orders", "op": "ge", "value": 3}, {"not": {"field": "follows", "op": "eq", "value": true}}]}
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from xiaodian.contracts.fans import ConditionError
from xiaodian.kit.text import BadTextError, clean_line
from xiaodian.modules.fans.conditions.fields import BY_NAME, IDS, NUMBERS, Field, Kind, Operator, Within

MOST_TESTS = 50
MOST_DEPTH = 8
MOST_LISTED = 20
MOST_NUMBER = 10**12
MOST_DAYS = 3650
MOST_AGO = 36_500
MOST_CHARS = 40

Value: TypeAlias = int | float | bool | str | tuple[str, ...]


class Compare(NamedTuple):
    """A field compared with a value."""

    field: str
    op: Operator
    value: Value
    within_days: int | None = None


class All(NamedTuple):
    """Every one of these; two or more."""

    of: tuple["Condition", ...]


class AnyOf(NamedTuple):
    """One of these at least; two or more."""

    any_of: tuple["Condition", ...]


class Not(NamedTuple):
    """Who does not meet this."""

    one: "Condition"


Condition: TypeAlias = Compare | All | AnyOf | Not


def refuse(reason: str, at: str, **more: Any) -> ConditionError:
    """The error that says why and where: a path in JSON, `line:column` in CEL."""
    return ConditionError(field="condition", reason=reason, at=at, **more)


def read_json(raw: object) -> Condition:
    """The tree of what a builder made. Raises ConditionError."""
    condition = _read(raw, "", 0)
    check_size(condition, "")
    return condition


def check_size(condition: Condition, at: str) -> None:
    """Raises ConditionError if there are too many tests in it."""
    if sum(1 for _ in tests_of(condition)) > MOST_TESTS:
        raise refuse("too_many_tests", at, limit=MOST_TESTS)


def check_depth(depth: int, at: str) -> None:
    """Raises ConditionError for groups within groups without end."""
    if depth > MOST_DEPTH:
        raise refuse("too_deep", at, limit=MOST_DEPTH)


def tests_of(condition: Condition) -> Iterator[Compare]:
    """Every test in it."""
    match condition:
        case Compare():
            yield condition
        case Not():
            yield from tests_of(condition.one)
        case All():
            for each in condition.of:
                yield from tests_of(each)
        case AnyOf():
            for each in condition.any_of:
                yield from tests_of(each)


def write_json(condition: Condition) -> dict[str, Any]:
    """The JSON that reads back as this tree."""
    match condition:
        case All():
            return {"all": [write_json(each) for each in condition.of]}
        case AnyOf():
            return {"any": [write_json(each) for each in condition.any_of]}
        case Not():
            return {"not": write_json(condition.one)}
        case Compare(field, op, value, within_days):
            shown = list(value) if isinstance(value, tuple) else value
            test = {"field": field, "op": op.value, "value": shown}
            return test if within_days is None else test | {"within_days": within_days}


def group(kind: type[All] | type[AnyOf], parts: tuple[Condition, ...]) -> Condition:
    """A group; of one part it is that part."""
    return parts[0] if len(parts) == 1 else kind(parts)


def _read(raw: object, at: str, depth: int) -> Condition:
    if not isinstance(raw, Mapping):
        raise refuse("not_a_condition", at)
    keys = set(raw)
    if keys == {"not"}:
        check_depth(depth + 1, at)
        return Not(_read(raw["not"], _under(at, "not"), depth + 1))
    for name, kind in (("all", All), ("any", AnyOf)):
        if keys == {name}:
            parts = raw[name]
            if not isinstance(parts, list) or not parts:
                raise refuse("empty_group", _under(at, name))
            if len(parts) > MOST_TESTS:
                raise refuse("too_many_tests", _under(at, name), limit=MOST_TESTS)
            deeper = depth + (len(parts) > 1)
            check_depth(max(deeper, depth), at)
            return group(kind, tuple(_read(part, f"{_under(at, name)}[{i}]", deeper) for i, part in enumerate(parts)))
    if not {"field", "op", "value"} <= keys <= {"field", "op", "value", "within_days"}:
        raise refuse("not_a_condition", at)
    return make_test(raw["field"], raw["op"], raw["value"], raw.get("within_days"), Places.in_json(at))


class Places(NamedTuple):
    """Where the parts of a test stand, for who has to mend it."""

    field: str
    op: str
    value: str
    within_days: str

    @classmethod
    def in_json(cls, at: str) -> "Places":
        """In an object at this path."""
        return cls(*(_under(at, name) for name in cls._fields))

    @classmethod
    def all_at(cls, at: str) -> "Places":
        """All in one place."""
        return cls(at, at, at, at)


def make_test(name: object, op: object, value: object, within_days: object, places: Places) -> Compare:
    """A test that can be asked. Raises ConditionError."""
    field = BY_NAME.get(name) if isinstance(name, str) else None
    if field is None:
        raise refuse("unknown_field", places.field, name=str(name)[:MOST_CHARS])
    if op not in tuple(field.operators):
        raise refuse("wrong_operator", places.op, name=field.name, allowed=[each.value for each in field.operators])
    operator = Operator(str(op))
    days = _read_within(field, within_days, places.within_days)
    if operator is not Operator.IN:
        return Compare(field.name, operator, _read_value(field, value, places.value), days)
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_LISTED:
        raise refuse("wrong_list", places.value, name=field.name, limit=MOST_LISTED)
    values = tuple(str(_read_value(field, each, places.value)) for each in value)
    return Compare(field.name, operator, values, days)


def _under(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _read_within(field: Field, days: object, at: str) -> int | None:
    if days is None:
        if field.within is Within.MUST:
            raise refuse("days_needed", at, name=field.name)
        return None
    if field.within is Within.NEVER:
        raise refuse("no_days", at, name=field.name)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise refuse("wrong_days", at, name=field.name, limit=MOST_DAYS)
    return days


def _read_value(field: Field, value: object, at: str) -> int | float | bool | str:
    read = _fit(field, value)
    if read is None:
        raise refuse("wrong_value", at, name=field.name, kind=field.kind.value)
    return read


_MOST = {Kind.DAYS: MOST_AGO, Kind.HOUR: 23}


def _fit(field: Field, value: object) -> int | float | bool | str | None:
    """The value as it is kept, or None if it is no value of this field."""
    if field.kind is Kind.FLAG:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if field.kind in NUMBERS:
        return value if isinstance(value, int) and 0 <= value <= _MOST.get(field.kind, MOST_NUMBER) else None
    if field.kind is Kind.SHARE:
        return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
    return _fit_text(field, value) if isinstance(value, str) else None


def _fit_text(field: Field, text: str) -> str | None:
    try:
        if field.kind is Kind.CHOICE:
            return text if text in field.choices else None
        if field.kind is Kind.DAY:
            return text if date.fromisoformat(text).isoformat() == text else None
        return str(UUID(text)) if field.kind in IDS else clean_line(text, max_chars=MOST_CHARS)
    except (BadTextError, ValueError):
        return None
