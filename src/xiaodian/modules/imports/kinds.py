"""The kinds of jobs that this installation knows."""

from collections.abc import Iterable
from typing import Any

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.edge.bulk import JobKind
from xiaodian.modules.imports.rules import MAX_OPTIONS_BYTES


class JobKinds:
    """Kinds by name, made once by the composition root."""

    def __init__(self, kinds: Iterable[JobKind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    def all(self) -> list[JobKind]:
        """Every kind there is."""
        return list(self._kinds.values())

    def get(self, name: str) -> JobKind:
        """The kind of this name. Raises InvalidInputError."""
        kind = self._kinds.get(name)
        if kind is None:
            raise InvalidInputError(field="kind", reason="unknown")
        return kind

    def find(self, name: str) -> JobKind | None:
        """The kind of this name; None if this process does not know it, as after a step back to an older release."""
        return self._kinds.get(name)


def read_options(kind: JobKind, options: Any) -> Any:
    """The options as the kind's own struct. Raises InvalidInputError."""
    if len(msgspec.json.encode(options)) > MAX_OPTIONS_BYTES:
        raise InvalidInputError(field="options", reason="too_large")
    try:
        return msgspec.convert(options, kind.options)
    except msgspec.ValidationError as error:
        raise InvalidInputError(field="options", reason="malformed", detail=str(error)) from error


def to_stored_caller(caller: Caller) -> Any:
    """Who asked, so that the job can act for them later."""
    return msgspec.to_builtins(caller)
