"""How much is kept of what pages tell, for operators."""

from prometheus_client import Counter, Gauge

sampled_of = Gauge(
    "xiaodian_behaviour_sampled_of",
    "Rows are kept of one viewer in so many who are not signed in; 1: of all",
    multiprocess_mode="max",
)
acts_told = Counter("xiaodian_behaviour_acts_total", "What pages told of, by whether a row of it is kept", ["row"])
kept, left_out = acts_told.labels("kept"), acts_told.labels("left_out")
