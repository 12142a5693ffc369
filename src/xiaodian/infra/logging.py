"""Structured logs with request and room ids; never a secret or personal data.

What goes into a log is named explicitly by the code that logs. As a second line of defence, values of fields whose
name says that they are secret or personal are replaced.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, cast

import asyncpg
import structlog

MAX_CAUSES = 10

_HIDDEN_FIELDS = frozenset(
    {"password", "token", "stream_key", "secret", "authorization", "cookie", "phone", "email", "address", "recipient"}
)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; `name` is the module's."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name, logger_name=name))


def configure_logging(*, level: str, log_format: str, process: str) -> None:
    """Write logs to standard error as JSON lines, or coloured for reading (`console`)."""
    renderer: Any = structlog.dev.ConsoleRenderer() if log_format == "console" else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_process(process),
            _hide_secrets,
            _format_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")


def describe_exception(error: BaseException) -> str:
    """The traceback of an error and its causes, without the values that PostgreSQL repeats in its messages."""
    text = "".join(traceback.format_exception(error))
    link: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if link is None:
            break
        if isinstance(link, asyncpg.PostgresError):
            text = text.replace(str(link), f"[SQLSTATE {link.sqlstate}]")
        link = link.__cause__ or link.__context__
    return text


def _format_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event["exception"] = describe_exception(error)
    return event


def _name_process(process: str) -> Any:
    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add


def _hide_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field in _HIDDEN_FIELDS & event.keys():
        event[field] = "[hidden]"
    return event
