"""Who may call which route: order life."""

from tests.api.row import Row

ROWS: list[Row] = []
