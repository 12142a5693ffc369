"""Who may call which route: aftersales."""

from tests.api.row import Row

ROWS: list[Row] = []
