"""Who may call which route: promotion."""

from tests.api.row import Row

ROWS: list[Row] = []
