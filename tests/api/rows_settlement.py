"""Who may call which route: settlement."""

from tests.api.row import Row

ROWS: list[Row] = []
