"""PostgreSQL and NATS from their wheels, started and stopped by us when no outside server is set.

A keeper process (`keeper`) owns both engines and stops them when the pipe from its parent closes, so that nothing
outlives a parent that was killed.
"""
