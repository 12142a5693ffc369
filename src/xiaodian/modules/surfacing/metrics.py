"""Figures of the rooms in which this worker decides, for operators."""

from prometheus_client import Counter, Gauge, Histogram

rooms = Gauge("xiaodian_surfacing_rooms", "Rooms that this process has, by what it does there", ["part"])
signals = Counter("xiaodian_surfacing_signals_total", "Signals that engines took", ["kind"])
decisions = Counter("xiaodian_surfacing_decisions_total", "Cues decided, by what became of them", ["outcome"])
decision_s = Histogram(
    "xiaodian_surfacing_decision_seconds",
    "From a signal's arrival at the worker to its cue",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
