"""What a value that is outside its bounds is told in words: the decoder says it for programs, in English alone."""

import re
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"^Expected `(?:int|float)` (?P<op>[<>]=?) (?P<bound>-?[\d.]+)")
_LENGTH = re.compile(r"^Expected `(?P<what>str|array)` of length (?P<op>[<>]=) (?P<bound>\d+)")
_NOTHING = re.compile(r"^Expected `[^`]+`, got `null`")
_HUNDREDTHS = ("_minor", "_bp")
"""Written and read in whole units by people, in hundredths by programs."""
_MOMENT = "_ms"


_OF_NUMBERS = {">=": "least_number", ">": "above_number", "<=": "most_number", "<": "below_number"}
_OF_LENGTHS = {
    ("str", ">="): "least_text",
    ("str", "<="): "most_text",
    ("array", ">="): "least_list",
    ("array", "<="): "most_list",
}


def reason_of(field: str | None, detail: str) -> dict[str, Any]:
    """The reason and its figure as `params` of the refusal; empty if it is no matter of how much or how long.

    Where no field is named, words like "at least 1" would say nothing.
    """
    if field is None:
        return {}
    if (found := _NUMBER.match(detail)) is not None and not field.endswith(_MOMENT):
        return {"reason": _OF_NUMBERS[found["op"]], "bound": _shown(field, found["bound"])}
    if (found := _LENGTH.match(detail)) is not None and (found["op"], found["bound"]) != (">=", "1"):
        return {"reason": _OF_LENGTHS[found["what"], found["op"]], "bound": found["bound"]}
    return {"reason": "empty"} if found is not None or _NOTHING.match(detail) else {}


def _shown(field: str, bound: str) -> str:
    number = Decimal(bound) / (100 if field.endswith(_HUNDREDTHS) else 1)
    return f"{number.normalize():,f}"
