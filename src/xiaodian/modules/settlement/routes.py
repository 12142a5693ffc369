"""Routes of settlement."""

from litestar.handlers import HTTPRouteHandler

routes: list[HTTPRouteHandler] = []
