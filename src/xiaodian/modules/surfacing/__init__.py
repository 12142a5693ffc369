"""Surfacing: which product comes up when, in rooms and in videos, and why.

Owns the tables of the schema `surfacing`.
Always holds: the engine decides from what it was told alone, never from the clock; a cue never overrides the host's
own; in a room one worker at a time decides, and what was decided is not decided twice; a card comes up only where the
host let the platform do so (`auto`), or said yes (`suggest`).

How rooms are laid out: `room_signals.py` makes signals of a room's log, `service/run_rooms.py` shares rooms among
workers, `service/decide_room.py` is one room, `service/carry_out.py` what becomes of a cue.
"""
