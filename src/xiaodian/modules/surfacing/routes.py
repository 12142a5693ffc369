"""All routes of surfacing."""

from xiaodian.modules.surfacing import routes_captions, routes_replays, routes_rooms, routes_videos

routes = [*routes_rooms.routes, *routes_replays.routes, *routes_videos.routes, *routes_captions.routes]
