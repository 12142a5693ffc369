"""Structured logs with request and room ids; never a secret or personal data.

What goes into a log is named explicitly by the code that logs. As a second line of defence, values of fields whose
name says that they are secret or personal are replaced.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, cast

import structlog

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
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")


def _name_process(process: str) -> Any:
    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add


def _hide_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field in _HIDDEN_FIELDS & event.keys():
        event[field] = "[hidden]"
    return event
