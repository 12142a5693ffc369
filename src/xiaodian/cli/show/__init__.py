"""The demo's show: two hosts with their shops and films, and an audience. All of it is a client of the public API.

`catalogue` says who sells what; `drawing`, `goods`, `people` paint it; `film` makes a film of it; `client` speaks HTTP
and WebSocket; `seed` sets the shops up; `host` and `audience` are the two client processes.
"""
