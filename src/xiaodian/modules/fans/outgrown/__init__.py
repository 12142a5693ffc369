"""For shops that outgrow PostgreSQL: the same facts in ClickHouse, where the heavy questions have the same answers.

`warehouse` speaks to a server over HTTP or to the embedded engine, `feed` keeps the facts there, `questions` asks.
"""
