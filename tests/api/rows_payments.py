"""Who may call which route: payments."""

from tests.api.row import Row

ROWS: list[Row] = []
