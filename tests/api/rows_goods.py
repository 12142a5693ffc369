"""Who may call which route: goods."""

from tests.api.row import Row

ROWS: list[Row] = []
