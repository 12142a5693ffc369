"""Conditions in CEL (https://cel.dev), to and from the tree: `orders >= 3 && !("退货" in tags)`.

cel-python's grammar gives the syntax tree; nothing is evaluated, so nothing can run. Of CEL, what the tree can hold is
taken: && || !, comparisons of a field with a literal, `in`, and fields that take arguments: bought_product("id", 30).
"""

import re
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from celpy.celparser import CELParseError, CELParser
from lark import Token, Tree

from xiaodian.modules.fans.conditions.fields import BY_NAME, Field, Kind, Operator, Within
from xiaodian.modules.fans.conditions.tree import (
    All,
    AnyOf,
    Compare,
    Condition,
    Not,
    Places,
    check_depth,
    check_size,
    group,
    make_test,
    refuse,
)

MOST_CEL_CHARS = 8000
MOST_DIGITS = 18
Syntax: TypeAlias = "Tree[Token]"

_SIGNS = {
    Operator.EQ: "==",
    Operator.NE: "!=",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.GT: ">",
    Operator.GE: ">=",
}
_OF_RELATION = {
    "relation_eq": Operator.EQ,
    "relation_ne": Operator.NE,
    "relation_lt": Operator.LT,
    "relation_le": Operator.LE,
    "relation_gt": Operator.GT,
    "relation_ge": Operator.GE,
}
_TURNED = {Operator.LT: Operator.GT, Operator.LE: Operator.GE, Operator.GT: Operator.LT, Operator.GE: Operator.LE}
_WRAPPERS = {"expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication", "unary", "member"}
_GROUPS: dict[str, type[All] | type[AnyOf]] = {"conditionaland": All, "conditionalor": AnyOf}
# The grammar's pattern for strings can be led to try ever more ways through a text whose quote is never closed, so
# strings are taken apart here first, in one pass.
_PLAIN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\["'\\])*"|'(?:[^'\\\n]|\\["'\\])*')|(?P<bad>["'\\`]|//|[^\x09\x0a\x0d\x20-\x7e])""",
)
_ESCAPED = re.compile(r"\\(.)")


class Called(NamedTuple):
    """A field where it stands, with its arguments."""

    field: str
    arguments: list[Any]
    at: str


@cache
def _parser() -> CELParser:
    return CELParser()


def read_cel(text: str) -> Condition:
    """The tree of a condition in CEL. Raises ConditionError, with `at` as `line:column`."""
    if len(text) > MOST_CEL_CHARS:
        raise refuse("too_long", "1:1", limit=MOST_CEL_CHARS)
    _check_text(text)
    try:
        syntax = _parser().parse(text)
    except CELParseError as error:
        raise refuse("syntax", _end_of(text) if (error.line or -1) < 1 else f"{error.line}:{error.column}") from error
    condition = _read(syntax, 0)
    check_size(condition, "1:1")
    return condition


def write_cel(condition: Condition) -> str:
    """CEL that reads back as this tree."""
    match condition:
        case All():
            return " && ".join(map(_wrapped, condition.of))
        case AnyOf():
            return " || ".join(map(_wrapped, condition.any_of))
        case Not():
            inner = write_cel(condition.one)
            return f"!{inner}" if _binds(condition.one) else f"!({inner})"
        case Compare():
            return _write_test(condition)


def _wrapped(part: Condition) -> str:
    return f"({write_cel(part)})" if isinstance(part, All | AnyOf) else write_cel(part)


def _binds(condition: Condition) -> bool:
    """Whether `!` before it negates all of it."""
    if isinstance(condition, Compare):
        kind = BY_NAME[condition.field].kind
        return condition.value is True if kind is Kind.FLAG else condition.op is Operator.HAS and kind is not Kind.TAG
    return isinstance(condition, Not)


def _write_test(test: Compare) -> str:
    field = BY_NAME[test.field]
    days = [] if test.within_days is None else [str(test.within_days)]
    if field.kind is Kind.TAG:
        return f"{_literal(test.value)} in {field.name}"
    if test.op is Operator.HAS:
        return f"{field.name}({', '.join([_literal(test.value), *days])})"
    if test.value is True:
        return field.name
    name = f"{field.name}({days[0]})" if days else field.name
    if isinstance(test.value, tuple):
        return f"{name} in [{', '.join(map(_literal, test.value))}]"
    return f"{name} {_SIGNS[test.op]} {_literal(test.value)}"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check_text(text: str) -> None:
    end = 0
    while found := _PLAIN.search(text, end):
        if found["bad"]:
            at = _at(text, found.start())
            raise refuse("open_text" if found["bad"] in "\"'" else "bad_character", at)
        if found.start() and text[found.start() - 1] in "rRbB\"'":
            raise refuse("bad_character", _at(text, found.start()))
        end = found.end()


def _at(text: str, place: int) -> str:
    return f"{text.count(chr(10), 0, place) + 1}:{place - text.rfind(chr(10), 0, place)}"


def _end_of(text: str) -> str:
    return _at(text, len(text))


def _place(syntax: Syntax) -> str:
    return "1:1" if syntax.meta.empty or not syntax.meta.line else f"{syntax.meta.line}:{syntax.meta.column}"


def _peel(syntax: Syntax) -> Syntax:
    """Without the rules that only pass on what is in them."""
    while True:
        only = syntax.children[0] if len(syntax.children) == 1 else None
        if not isinstance(only, Tree) or syntax.data not in (*_WRAPPERS, "primary"):
            return syntax
        syntax = only


def _open(syntax: Syntax) -> Syntax:
    """Peeled, and out of its parentheses."""
    syntax = _peel(syntax)
    while syntax.data == "paren_expr":
        syntax = _peel(_trees(syntax)[0])
    return syntax


def _trees(syntax: Syntax) -> list[Syntax]:
    return [child for child in syntax.children if isinstance(child, Tree)]


def _read(syntax: Syntax, depth: int) -> Condition:
    syntax = _open(syntax)
    check_depth(depth, _place(syntax))
    if syntax.data in _GROUPS:
        parts = [_read(part, depth + 1) for part in _chain(syntax)]
        return group(_GROUPS[str(syntax.data)], tuple(parts))
    if syntax.data == "unary":
        sign, inner = _trees(syntax)
        if sign.data != "unary_not":
            raise refuse("not_a_condition", _place(syntax))
        return Not(_read(inner, depth + 1))
    if syntax.data == "relation":
        return _read_relation(syntax)
    side = _read_side(syntax)
    if not isinstance(side, Called):
        raise refuse("not_a_condition", _place(syntax))
    return _read_alone(side)


def _chain(syntax: Syntax) -> list[Syntax]:
    """The parts of `a && b && c`, which the grammar nests to the left."""
    kind, parts = syntax.data, []
    while syntax.data == kind and len(syntax.children) == 2:
        left, right = _trees(syntax)
        parts.append(right)
        syntax = _peel(left)
    return [syntax, *reversed(parts)]


def _read_alone(called: Called) -> Condition:
    """A field that needs no comparison: `follows`, `bought_product("id", 30)`."""
    field = _field_of(called)
    places = Places.all_at(called.at)
    if field.kind is Kind.FLAG and not called.arguments:
        return make_test(field.name, Operator.EQ, True, None, places)
    if Operator.HAS not in field.operators or field.kind is Kind.TAG:
        raise refuse("not_compared", called.at, name=field.name)
    if not 1 <= len(called.arguments) <= 2:
        raise refuse("wrong_arguments", called.at, name=field.name)
    value, *days = called.arguments
    return make_test(field.name, Operator.HAS, value, days[0] if days else None, places)


def _read_relation(syntax: Syntax) -> Condition:
    relation, right_side = _trees(syntax)
    left, right = _read_side(_open(_trees(relation)[0])), _read_side(_open(right_side))
    at = _place(syntax)
    if relation.data == "relation_in":
        return _read_in(left, right, at)
    op = _OF_RELATION[str(relation.data)]
    if isinstance(right, Called) and not isinstance(left, Called):
        left, right, op = right, left, _TURNED.get(op, op)
    if not isinstance(left, Called) or isinstance(right, Called):
        raise refuse("not_compared", at)
    return _compare(left, op, right)


def _read_in(left: Any, right: Any, at: str) -> Condition:
    if isinstance(left, Called):
        return _compare(left, Operator.IN, right)
    if not isinstance(right, Called):
        raise refuse("not_compared", at)
    field = _field_of(right)
    if field.kind is not Kind.TAG or right.arguments:
        raise refuse("wrong_operator", right.at, name=field.name, allowed=[each.value for each in field.operators])
    return make_test(field.name, Operator.HAS, left, None, Places.all_at(right.at))


def _compare(called: Called, op: Operator, value: Any) -> Condition:
    field = _field_of(called)
    if Operator.HAS in field.operators:
        raise refuse("wrong_operator", called.at, name=field.name, allowed=["has"])
    if len(called.arguments) > (field.within is not Within.NEVER):
        raise refuse("wrong_arguments", called.at, name=field.name)
    days = called.arguments[0] if called.arguments else None
    return make_test(field.name, op, value, days, Places.all_at(called.at))


def _field_of(called: Called) -> Field:
    field = BY_NAME.get(called.field)
    if field is None:
        raise refuse("unknown_field", called.at, name=called.field[:40])
    return field


def _read_side(syntax: Syntax) -> Any:
    """A field, or the value of a literal or of a list of literals."""
    if syntax.data == "ident":
        return Called(str(syntax.children[0]), [], _place(syntax))
    if syntax.data == "ident_arg":
        return Called(str(syntax.children[0]), _read_literals(syntax), _place(syntax))
    if syntax.data == "list_lit":
        return _read_literals(syntax)
    return _read_literal(syntax)


def _read_literals(syntax: Syntax) -> list[Any]:
    return [_read_literal(_open(each)) for listed in _trees(syntax) for each in _trees(listed)]


def _read_literal(syntax: Syntax) -> Any:
    literal = syntax.children[0] if syntax.data == "literal" else None
    if isinstance(literal, Token):
        match literal.type:
            case "INT_LIT":
                return int(literal, 16 if "x" in literal else 10) if len(literal) <= MOST_DIGITS else -1
            case "FLOAT_LIT":
                return float(literal)
            case "BOOL_LIT":
                return literal == "true"
            case "STRING_LIT":
                return _ESCAPED.sub(r"\1", literal[1:-1])
    raise refuse("not_supported", _place(syntax))
