"""Who may call which route: checkout."""

from tests.api.row import Row

ROWS: list[Row] = []
