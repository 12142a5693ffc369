"""The gateway: carries rooms' ticks to viewers over WebSocket.

`viewer.py` is one connection, `hub.py` one room with its viewers, `hubs.py` all rooms, `audience.py` counts who watches
over all gateways, `server.py` is the process. There is no task per connection: everything happens in callbacks.
"""
