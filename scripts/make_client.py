"""Write the typed parts of the Python client (clients/python) from the open API's description.

    python scripts/make_client.py [--check]

`--check` writes nothing and fails if what is there is not what would be written. The same description gives the same
text, formatted by ruff.
"""

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from xiaodian.app import create_app
from xiaodian.modules.integrations.describe import describe

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "clients/python/src/xiaodian_client"
NOTICE = "Generated from the description of the open API by scripts/make_client.py; do not edit."

LINE_CHARS = 110
ABOUT = {"description": "One method for each operation; lists have a second one that walks all pages."}

Schema = Mapping[str, Any]


def render(document: Schema) -> dict[str, str]:
    """The generated files by name."""
    return {"models.py": _format(_models(document)), "operations.py": _format(_operations(document))}


def _models(document: Schema) -> str:
    schemas = document["components"]["schemas"]
    parts = [
        f'"""What the open API takes and answers.\n\n{NOTICE}\n"""',
        "from datetime import date, datetime\nfrom enum import StrEnum\nfrom typing import Any\nfrom uuid import UUID",
        "from msgspec import UNSET, Struct, UnsetType",
    ]
    parts += [_enum(name, schema) for name, schema in sorted(schemas.items()) if "enum" in schema]
    parts += [_struct(name, schemas[name], schemas) for name in _in_order(schemas)]
    return "\n\n".join(parts)


def _in_order(schemas: Schema) -> list[str]:
    """Structs, those that others name before these."""
    done: list[str] = []

    def _visit(name: str) -> None:
        if name not in done and "enum" not in schemas[name]:
            for used in sorted(set(_references(schemas[name]))):
                _visit(used)
            done.append(name)

    for name in sorted(schemas):
        _visit(name)
    return done


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for key, value in schema.items():
            if key != "examples":
                yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _enum(name: str, schema: Schema) -> str:
    members = "\n".join(f'    {re.sub(r"[^A-Z0-9]", "_", value.upper())} = "{value}"' for value in schema["enum"])
    return f"class {name}(StrEnum):\n    {_words(schema, 'Others may be added.')}\n\n{members}"


def _struct(name: str, schema: Schema, schemas: Schema) -> str:
    properties, required = schema.get("properties", {}), set(schema.get("required", ()))
    lines = [_field(key, properties[key], schemas, is_required=True) for key in properties if key in required]
    lines += [_field(key, properties[key], schemas, is_required=False) for key in properties if key not in required]
    body = "\n".join(lines) or "    pass"
    return f"class {name}(Struct, frozen=True, kw_only=True):\n    {_words(schema)}\n\n{body}"


def _field(name: str, schema: Schema, schemas: Schema, *, is_required: bool) -> str:
    kind = _type(schema, schemas)
    if not is_required:
        kind = f"{kind.removesuffix(' | None')} | UnsetType{' | None' if kind.endswith(' | None') else ''} = UNSET"
    line = f"    {name}: {kind}"
    return f"{line}\n    {_words(schema)}" if schema.get("description") else line


def _type(schema: Schema, schemas: Schema, prefix: str = "") -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        # A member that this client does not know yet is no reason to fail; members of ours are texts.
        return "str" if "enum" in schemas[name] else prefix + name
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            kinds = dict.fromkeys(_type(one, schemas, prefix) for one in schema[key])
            return " | ".join(sorted(kinds, key=lambda kind: kind == "None"))
    match schema.get("type"):
        case "array":
            return f"list[{_type(schema['items'], schemas, prefix)}]"
        case "object":
            values = schema.get("additionalProperties")
            return f"dict[str, {_type(values, schemas, prefix) if isinstance(values, dict) and values else 'Any'}]"
        case "string":
            return {"uuid": "UUID", "date-time": "datetime", "date": "date"}.get(str(schema.get("format")), "str")
    return {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(str(schema.get("type")), "Any")


def _operations(document: Schema) -> str:
    schemas = document["components"]["schemas"]
    methods = [
        text
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for text in _method(path, method, operation, schemas)
    ]
    return "\n\n".join(
        [
            f'"""Every call of the open API.\n\n{NOTICE}\n"""',
            "from collections.abc import Iterator\nfrom datetime import datetime\nfrom uuid import UUID",
            "from xiaodian_client import models\nfrom xiaodian_client.transport import Transport",
            f"class Operations(Transport):\n    {_words(ABOUT)}",
            *methods,
        ]
    )


def _method(path: str, method: str, operation: Schema, schemas: Schema) -> Iterator[str]:
    name, own = operation["operationId"], [one for one in operation["parameters"] if "$ref" not in one]
    shared = {one["$ref"].rpartition("/")[2] for one in operation["parameters"] if "$ref" in one}
    in_path = [one for one in own if one["in"] == "path"]
    query = [one for one in own if one["in"] == "query"]
    arguments = [f"{one['name']}: {_type(one['schema'], schemas)}" for one in in_path]
    body_type, body_argument = _body(operation, schemas)
    arguments += [body_argument] if body_argument else []
    keywords = [
        f"{_name(one)}: {_type(one['schema'], schemas)}" + ("" if one["required"] else " | None = None")
        for one in query
    ]
    keywords += ["idempotency_key: str | None = None"] if "IdempotencyKey" in shared else []
    keywords += ["if_match: str | None = None"] if "IfMatch" in shared else []
    answer = _answer(operation, schemas)
    signature = ", ".join(["self", *arguments, *(["*", *keywords] if keywords else [])])
    call = [f'"{method.upper()}"', f'f"{path}"' if in_path else f'"{path}"', answer]
    pairs = ", ".join(f'"{one["name"]}": {_name(one)}' for one in query)
    call += [f"query={{{pairs}}}"] if query else []
    call += [f"{body_type}=body"] if body_argument else []
    call += ["idempotency_key=idempotency_key", "is_once=True"] if "IdempotencyKey" in shared else []
    call += ["if_match=if_match"] if "IfMatch" in shared else []
    returns = "None" if answer == "None" else answer
    yield (
        f"    def {name}({signature}) -> {returns}:\n        {_words(operation, indent=8)}\n"
        f"        {'' if answer == 'None' else 'return '}self.request({', '.join(call)})"
    )
    if any(one["name"] == "cursor" for one in query) and "Page" in answer and name != "list_events":
        yield _walker(name, answer, in_path, query, schemas)


def _walker(name: str, answer: str, in_path: list[Any], query: list[Any], schemas: Schema) -> str:
    item = _type(schemas[answer.removeprefix("models.")]["properties"]["items"]["items"], schemas, "models.")
    filters = [one for one in query if one["name"] != "cursor"]
    given = [f"{one['name']}: {_type(one['schema'], schemas)}" for one in in_path]
    keywords = [f"{_name(one)}: {_type(one['schema'], schemas)} | None = None" for one in filters]
    passed = [one["name"] for one in in_path] + [f"{_name(one)}={_name(one)}" for one in filters]
    signature = ", ".join(["self", *given, "*", *keywords])
    return (
        f"    def iter_{name.removeprefix('list_')}({signature}) -> Iterator[{item}]:\n"
        f'        """All items of `{name}`, page by page as they are needed."""\n'
        "        cursor: str | None = None\n        while True:\n"
        f"            page = self.{name}({', '.join([*passed, 'cursor=cursor'])})\n"
        "            yield from page.items\n            cursor = page.next_cursor\n"
        "            if cursor is None:\n                return"
    )


def _body(operation: Schema, schemas: Schema) -> tuple[str, str]:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return "body", f"body: {_type(content['application/json']['schema'], schemas, 'models.')}"
    return ("file", "body: bytes") if content else ("", "")


def _answer(operation: Schema, schemas: Schema) -> str:
    [success] = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    content = success.get("content", {})
    if not content:
        return "None"
    if "application/json" not in content:
        return "bytes"
    return _type(content["application/json"]["schema"], schemas, "models.")


def _name(parameter: Schema) -> str:
    name = str(parameter["name"])
    return f"{name}_" if keyword.iskeyword(name) else name


def _words(schema: Schema, more: str = "", indent: int = 4) -> str:
    """What the description says, as a docstring."""
    said = str(schema.get("description", "")).replace("\\", "\\\\").split("\n- ")[0]
    text = " ".join(f"{said} {more}".split())
    if len(text) + indent + 6 <= LINE_CHARS:
        return f'"""{text}"""'
    blank = " " * indent
    lines = wrap(text, LINE_CHARS, subsequent_indent=blank, initial_indent=blank + "   ")
    return '"""' + "\n".join(lines).strip() + f'\n{blank}"""'


def _format(source: str) -> str:
    ruff = [sys.executable, "-m", "ruff"]
    fixed = subprocess.run(
        [*ruff, "check", "--fix", "--select", "F401,I", "--quiet", "--stdin-filename", "clients/python/src/x.py", "-"],
        input=source + "\n", capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    return subprocess.run(
        [*ruff, "format", "--stdin-filename", "clients/python/src/x.py", "-"],
        input=fixed, capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip


def main() -> None:
    """Write, or check."""
    stale = []
    for name, text in render(describe(create_app())).items():
        path = TARGET / name
        if "--check" in sys.argv:
            stale += [name] if not path.exists() or path.read_text(encoding="utf-8") != text else []
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.exit(f"{', '.join(stale)}: not what the description says now; run: make client")


if __name__ == "__main__":
    main()
