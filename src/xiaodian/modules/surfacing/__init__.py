"""Surfacing: which product comes up when, in rooms and in videos, and why.

Owns the tables of the schema `surfacing`.
Always holds: the engine decides from what it was told alone, never from the clock;
a cue never overrides the host's own.
"""
