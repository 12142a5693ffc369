"""What a route of the open API takes in its address, as its function says."""

from functools import lru_cache
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg, PathParameter
from litestar.typing import FieldDefinition

_NOT_PARAMETERS = {"call", "caller", "ctx", "data", "maybe_caller", "request", "state"}


class Parameter(NamedTuple):
    """One of them."""

    name: str
    """As it stands in the address."""
    field: FieldDefinition
    limits: ParameterKwarg

    @property
    def is_in_path(self) -> bool:
        """Else it is in the query."""
        return isinstance(self.limits, PathParameter)


@lru_cache(maxsize=1024)
def list_parameters(handler: HTTPRouteHandler) -> list[Parameter]:
    """In the order of the function's."""
    return [
        Parameter(limits.name or name, field, limits)
        for name, field in handler.parsed_fn_signature.parameters.items()
        if name not in _NOT_PARAMETERS and isinstance(limits := field.kwarg_definition, ParameterKwarg)
    ]
