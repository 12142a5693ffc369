"""A condition as SQL: fixed text from the list of fields, and parameters for all that anybody wrote."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from xiaodian.contracts.shops import ShopId
from xiaodian.modules.fans.conditions.fields import BY_NAME, IDS, WITHIN, Field, Kind, Operator
from xiaodian.modules.fans.conditions.tree import All, AnyOf, Compare, Condition, Not

FANS = "fans.fan LEFT JOIN fans.history USING (shop_id, account_id, changes)"
"""What conditions are asked of: fans, with the histories that are true (service/write_histories.py)."""
_SIGNS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.GT: ">",
    Operator.GE: ">=",
}
_TYPES = {
    Kind.SHARE: "float8",
    Kind.DAY: "date",
    Kind.FLAG: "boolean",
    **dict.fromkeys((Kind.CHOICE, Kind.TAG, Kind.CATEGORY), "text"),
    **dict.fromkeys(IDS, "uuid"),
}


class Books(NamedTuple):
    """Which day it is in the books, and how far ahead of UTC they are."""

    today: date
    utc_offset_h: int


class Statement:
    """Parameters as they are collected, and the text that names them."""

    def __init__(self, shop_id: ShopId, books: Books) -> None:
        self.values: list[Any] = []
        self.shop = self.add(shop_id, "uuid")
        self._books = books
        self._known: dict[str, str] = {}

    def add(self, value: object, kind: str) -> str:
        """A parameter of this type."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"

    def where(self, condition: Condition) -> str:
        """The condition on `fan` and `history`, a row of FANS; never null."""
        match condition:
            case All():
                return f"({' AND '.join(map(self.where, condition.of))})"
            case AnyOf():
                return f"({' OR '.join(map(self.where, condition.any_of))})"
            case Not():
                return f"(NOT {self.where(condition.one)})"
            case Compare():
                return self._test(condition)

    def _test(self, test: Compare) -> str:
        field = BY_NAME[test.field]
        value = self._value(field, test)
        sign = "= ANY" if test.op is Operator.IN else _SIGNS.get(test.op, "")
        compared = f"{field.of} {sign} {f'({value})' if test.op is Operator.IN else value}"
        sql = field.sql.replace("{test}", compared).replace("{value}", value)
        if field.only_if and not _passes_nothing(test):
            sql = f"(coalesce({field.only_if}, false) AND {sql})"
        return self._fill(sql, test)

    def _value(self, field: Field, test: Compare) -> str:
        kind = _TYPES.get(field.kind, "bigint")
        if isinstance(test.value, tuple):
            return self.add(list(test.value), f"{kind}[]")
        return self.add(_native(field, test.value), kind)

    def _fill(self, sql: str, test: Compare) -> str:
        for name, (always, within) in WITHIN.items():
            sql = sql.replace(name, always if test.within_days is None else within)
        if "{days}" in sql:
            sql = sql.replace("{days}", self.add(test.within_days, "integer"))
        sql = sql.replace("{shop}", self.shop)
        for name, value, kind in (
            ("today", self._books.today, "date"),
            ("offset", self._books.utc_offset_h, "integer"),
        ):
            if f"{{{name}}}" in sql:
                if name not in self._known:
                    self._known[name] = self.add(value, kind)
                sql = sql.replace(f"{{{name}}}", self._known[name])
        return sql


def _native(field: Field, value: object) -> object:
    if field.kind in IDS:
        return UUID(str(value))
    return date.fromisoformat(str(value)) if field.kind is Kind.DAY else value


def _passes_nothing(test: Compare) -> bool:
    """Whether who has none of it, a count of 0, passes."""
    if not isinstance(test.value, int):
        return False
    compare = {
        Operator.EQ: test.value == 0,
        Operator.NE: test.value != 0,
        Operator.LT: test.value > 0,
        Operator.LE: test.value >= 0,
        Operator.GT: test.value < 0,
        Operator.GE: test.value <= 0,
    }
    return compare.get(test.op, False)
