"""Routes of aftersales."""

from litestar.handlers import HTTPRouteHandler

routes: list[HTTPRouteHandler] = []
