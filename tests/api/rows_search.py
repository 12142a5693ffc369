"""Who may call which route: search."""

from tests.api.row import Row, everybody

ROWS: list[Row] = [Row("GET", "/api/search", everybody(200), address="/api/search?q=%E8%8D%89%E8%8E%93")]
