"""Speech recognition on board: sound in, lines with their times out. Optional, and behind one protocol.

`recognizer.py` is the protocol and the choice of an engine by setting; `sherpa.py` and `pocket.py` are engines, each
imported only where it is chosen; `sound.py` makes sound of a room's film.
"""
