"""All routes of content."""

from litestar.handlers import HTTPRouteHandler

from xiaodian.modules.content import (
    routes_comments,
    routes_creators,
    routes_own,
    routes_reports,
    routes_videos,
)

routes: list[HTTPRouteHandler] = [
    *routes_creators.routes,
    *routes_own.routes,
    *routes_videos.routes,
    *routes_comments.routes,
    *routes_reports.routes,
]
