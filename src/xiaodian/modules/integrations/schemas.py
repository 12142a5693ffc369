"""The schemas of the description: what msgspec knows of our structs, and what their source says in words. Pure."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import msgspec
from msgspec import inspect

from xiaodian.edge.problems import Problem
from xiaodian.modules.integrations.docstrings import field_docstrings
from xiaodian.modules.integrations.examples import EXAMPLES

Schema = dict[str, Any]

TEMPLATE = "#/components/schemas/{name}"
_END = r"(?![\s\S])"
"""The end, of which Python's `$` is not sure; any reader's `$` is."""
# Ours are lookaheads, for what PostgreSQL cannot store is looked for anywhere; these say the same to any reader.
_PLAIN_PATTERNS = {
    r"^(?![\s\S]*[\x00-\x1f\x7f])": r"^[^\x00-\x1f\x7f]*$",
    r"^(?![\s\S]*[\x00-\x08\x0b-\x1f\x7f])": r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
}


def describe_types(kinds: Iterable[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """A schema of each type, and the schemas they refer to by name."""
    wanted = list(dict.fromkeys([*kinds, Problem]))
    roots, components = msgspec.json.schema_components(wanted, ref_template=TEMPLATE)
    for kind in _named(inspect.multi_type_info(wanted)):
        _add_words(components[kind.__name__], kind)
    components[Problem.__name__] |= {
        "description": "RFC 9457 problem details.",
        "required": ["type", "title", "status", "code"],
    }
    for schema in (*roots, *components.values()):
        _make_plain(schema)
    return dict(zip(wanted, roots, strict=True)), components


def describe_type(kind: Any) -> Schema:
    """The schema of a type that names no struct: a query parameter's."""
    schema = msgspec.json.schema(kind)
    schema.pop("$defs", None)
    if "$ref" in schema:
        schema = {"type": "string", "enum": sorted(member.value for member in kind)}
    _make_plain(schema)
    return schema


_PROBLEM_FIELDS = {
    "type": "Ends in the code.",
    "title": "What happened, in the reader's language (`Accept-Language`): for people.",
    "status": "The HTTP status.",
    "code": "Stable: for programs.",
    "field": "The input that is at fault, if one is.",
    "params": "What the title is about.",
}


def _add_words(schema: Schema, kind: type) -> None:
    words = _PROBLEM_FIELDS if kind is Problem else field_docstrings(kind)
    schema.pop("title", None)
    if issubclass(kind, Enum):
        told = [f"- `{member.value}`: {words[member.name]}" for member in kind if member.name in words]
        schema["description"] = "\n".join([schema.get("description", ""), *told]).strip()
        return
    for name, text in words.items():
        if name in schema.get("properties", {}):
            schema["properties"][name] = _with_description(schema["properties"][name], text)
    if kind in EXAMPLES:
        schema["examples"] = [msgspec.to_builtins(EXAMPLES[kind])]


def _with_description(schema: Schema, text: str) -> Schema:
    return {**schema, "description": text}


def _make_plain(schema: Any) -> None:
    if isinstance(schema, list):
        for item in schema:
            _make_plain(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            pattern: str = schema["pattern"]
            schema["pattern"] = _PLAIN_PATTERNS.get(pattern, pattern).replace(_END, "$")
        for value in schema.values():
            _make_plain(value)


def _named(kinds: Iterable[inspect.Type]) -> Iterator[type]:
    """The structs and enums within types, each once."""
    seen: set[type] = set()
    waiting = list(kinds)
    while waiting:
        match waiting.pop():
            case inspect.StructType(cls=kind, fields=fields) if kind not in seen:
                seen.add(kind)
                waiting += [field.type for field in fields]
                yield kind
            case inspect.EnumType(cls=kind) if kind not in seen:
                seen.add(kind)
                yield kind
            case inspect.UnionType(types=inner):
                waiting += inner
            case inspect.ListType(item_type=item):
                waiting.append(item)
            case inspect.DictType(value_type=value):
                waiting.append(value)
            case inspect.Metadata(type=plain):
                waiting.append(plain)
