"""The engine that decides which product comes up in a room: pure, without clock, network or files of its own.

`engine.py` is the way in. It reads like this: `bag` (what each product may be called), `numbers`, `phonetics` and
`discourse` (what a sentence does) make evidence of a line; `belief` adds it up; `policy` says whether a cue may come.
The same signals always give the same cues, so a worker that starts again replays the last minutes.
"""
