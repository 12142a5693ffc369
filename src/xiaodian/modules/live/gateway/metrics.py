"""What the gateway tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

connections = Gauge("xiaodian_gateway_connections", "Viewers connected")
rooms = Gauge("xiaodian_gateway_rooms", "Rooms with viewers")
frames_sent = Counter("xiaodian_gateway_frames_sent_total", "Ticks written to sockets")
closed = Counter("xiaodian_gateway_closed_total", "Connections that the gateway closed", ["reason"])
tick_lag = Histogram(
    "xiaodian_gateway_tick_lag_seconds",
    "From the end of a tick to its last socket",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
