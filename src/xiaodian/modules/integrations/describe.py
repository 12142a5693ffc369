"""The description of the open API: OpenAPI 3.1, made from its routes, their types and what their source says."""

import inspect
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from xiaodian.contracts.base import DomainError
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE
from xiaodian.modules.integrations.describe_parts import (
    COMPONENT_HEADERS,
    COMPONENT_PARAMETERS,
    HEADER_NAMES,
    INFO,
    PARAMETER_WORDS,
    TAGS,
    security_schemes,
)
from xiaodian.modules.integrations.opening import ALWAYS, OF_BODIES, OPENING, SPARSE_MEDIA_TYPE, Opening
from xiaodian.modules.integrations.parameters import Parameter, list_parameters
from xiaodian.modules.integrations.schemas import Schema, describe_type, describe_types

_REF_PROBLEM = {"$ref": "#/components/schemas/Problem"}


_FILES = (None, bytes, str)


class _Operation(NamedTuple):
    path: str
    method: str
    handler: HTTPRouteHandler
    opening: Opening


def describe(app: Litestar) -> dict[str, Any]:
    """The whole document; needs no engines."""
    operations = sorted(_operations(app), key=lambda one: (one.path, one.method))
    types = [kind for one in operations for kind in (one.opening.body, one.opening.answer) if kind not in _FILES]
    roots, schemas = describe_types(types)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = _describe(one, roots)
    used = {tag for one in operations for tag in one.handler.tags or ()}
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "tags": [tag for tag in TAGS if tag["name"] in used],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": COMPONENT_PARAMETERS,
            "headers": COMPONENT_HEADERS,
            "securitySchemes": security_schemes(),
        },
    }


def _operations(app: Litestar) -> Iterator[_Operation]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if OPENING in handler.opt:
                [method] = handler.http_methods
                yield _Operation(route.path_format, method.lower(), handler, handler.opt[OPENING])


def _describe(one: _Operation, roots: dict[Any, Schema]) -> dict[str, Any]:
    opening, words = one.opening, inspect.cleandoc(one.handler.fn.__doc__ or "")
    described: dict[str, Any] = {
        "operationId": one.handler.fn.__name__,
        "summary": words.partition("\n")[0].partition(". ")[0].rstrip("."),
        "description": words,
        "tags": sorted(one.handler.tags or ()),
        "security": [{"oauth": [opening.scope.value]}],
        "parameters": [*_parameters(one.handler), *_shared_parameters(opening)],
        "responses": _responses(one, roots),
    }
    if opening.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": _taken(opening, roots),
        }
    if opening.deprecation is not None:
        described["deprecated"] = True
    return described


def _taken(opening: Opening, roots: dict[Any, Schema]) -> dict[str, Any]:
    content = {opening.takes: {"schema": _schema(opening.body, roots)}}
    if opening.takes_file:
        content[opening.takes_file] = {"schema": _schema(str, roots)}
    return content


def _parameters(handler: HTTPRouteHandler) -> Iterator[dict[str, Any]]:
    for parameter in list_parameters(handler):
        schema = describe_type(_narrowed(parameter))
        if not parameter.field.is_required and parameter.field.default is not None:
            schema["default"] = parameter.field.default
        yield {
            "name": parameter.name,
            "in": "path" if parameter.is_in_path else "query",
            "required": parameter.field.is_required,
            "description": parameter.limits.description or PARAMETER_WORDS[parameter.name],
            "schema": schema,
        }


def _narrowed(parameter: Parameter) -> Any:
    """The parameter's type with its limits; without null, which no address can say."""
    kind = parameter.field.annotation
    if get_origin(kind) in (Union, UnionType):
        [kind] = [inner for inner in get_args(kind) if inner is not type(None)]
    limits = {
        name: value
        for name in ("ge", "le", "min_length", "max_length", "pattern")
        if (value := getattr(parameter.limits, name)) is not None
    }
    return Annotated[kind, msgspec.Meta(**limits)] if limits else kind


def _shared_parameters(opening: Opening) -> Iterator[dict[str, str]]:
    taken = {
        "Fields": opening.is_sparse,
        "IfNoneMatch": opening.has_etag,
        "IfMatch": opening.takes_if_match,
        "IdempotencyKey": opening.is_once,
    }
    return ({"$ref": f"#/components/parameters/{name}"} for name, is_taken in taken.items() if is_taken)


def _responses(one: _Operation, roots: dict[Any, Schema]) -> dict[str, Any]:
    opening = one.opening
    responses: dict[str, Any] = {str(opening.status): _success(opening, roots)}
    if opening.has_etag:
        responses["304"] = {"description": "It is still what If-None-Match names.", "headers": _headers("ETag")}
    errors = [*ALWAYS, *(OF_BODIES if opening.body is not None else ()), *opening.errors]
    by_status: dict[int, list[type[DomainError]]] = {}
    for error in dict.fromkeys(errors):
        by_status.setdefault(error.status, []).append(error)
    return responses | {str(status): _problem(by_status[status]) for status in sorted(by_status)}


def _success(opening: Opening, roots: dict[Any, Schema]) -> dict[str, Any]:
    response: dict[str, Any] = {"description": "Done." if opening.answer is None else "The answer."}
    of_the_old = ["Deprecation", "Sunset", "Successor"] if opening.deprecation else []
    response["headers"] = _headers(*(["ETag"] if opening.has_etag else []), *of_the_old)
    if opening.answer is not None:
        response["content"] = {opening.media_type: {"schema": _schema(opening.answer, roots)}}
        if opening.is_sparse:
            response["content"][SPARSE_MEDIA_TYPE] = {
                "schema": {"type": "object", "description": "With `fields`: the fields asked for, and no others."}
            }
    return response


def _schema(kind: Any, roots: dict[Any, Schema]) -> Schema:
    """Of JSON what msgspec says; of a file, that it is one."""
    if kind is bytes:
        return {"type": "string", "format": "binary"}
    return {"type": "string"} if kind is str else roots[kind]


def _problem(errors: Sequence[type[DomainError]]) -> dict[str, Any]:
    codes = [error.code for error in errors]
    listed = [f"- `{error.code}`: {_first_paragraph(error)}" for error in errors]
    schema = {"allOf": [_REF_PROBLEM, {"type": "object", "properties": {"code": {"enum": codes}}}]}
    headers = _headers(*(["RetryAfter"] if errors[0].status in (429, 503) else []))
    return {
        "description": "\n".join(listed),
        "headers": headers,
        "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
    }


def _first_paragraph(kind: type) -> str:
    return " ".join(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].split())


def _headers(*more: str) -> dict[str, Any]:
    shown = ("RequestId", "RateLimit", "RateLimitPolicy", *more)
    return {HEADER_NAMES.get(key, key): {"$ref": f"#/components/headers/{key}"} for key in shown}
