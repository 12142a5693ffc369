"""What the source says of the fields of a struct and the members of an enum, for the description. Pure."""

import ast
import inspect
from functools import lru_cache
from textwrap import dedent


@lru_cache(maxsize=512)
def field_docstrings(kind: type) -> dict[str, str]:
    """The text that stands under each field or member, by name; also of those it inherits."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("xiaodian."):
            found |= _read(base)
    return found


def _read(kind: type) -> dict[str, str]:
    [body] = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, text in zip(body.body, body.body[1:], strict=False):
        name = _name(statement)
        if name and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[name] = inspect.cleandoc(str(text.value.value))
    return found


def _name(statement: ast.stmt) -> str | None:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return None
