"""Who may call the routes of apps."""

from tests.api.row import NOWHERE, Row, everybody, members, owner_only

_APP = {"name": "助手", "redirect_uris": ["https://erp.example/cb"], "scopes": ["orders:read"]}
_SYSTEM = {"name": "ERP", "scopes": ["orders:read"]}
_ASKED = "client_id={app_id}&response_type=code&code_challenge_method=S256&code_challenge=" + "x" * 43

ROWS = [
    Row("POST", "/oauth/token", everybody(400)),
    Row("POST", "/oauth/revoke", everybody(400)),
    Row("GET", "/oauth/authorize", everybody(302)),
    Row("GET", "/.well-known/oauth-authorization-server", everybody(200)),
    Row(
        "GET",
        "/api/oauth/consent",
        members(200),
        address="/api/oauth/consent?question=" + _ASKED.replace("&", "%26").replace("=", "%3D"),
    ),
    Row(
        "POST",
        "/api/oauth/consent",
        owner_only(200),
        {"question": _ASKED, "decision": "approve", "shop_id": "{shop_id}"},
    ),
    Row("GET", "/api/me/apps", members(200)),
    Row("POST", "/api/me/apps", members(201), _APP),
    Row("PATCH", "/api/me/apps/{app_id}", owner_only(200), {"name": "新名"}),
    Row("POST", "/api/me/apps/{app_id}/secrets", owner_only(201)),
    Row("DELETE", "/api/me/apps/{app_id}/secrets/{secret_id}", owner_only(204)),
    Row("GET", "/api/shops/{shop_id}/systems", owner_only(200)),
    Row("POST", "/api/shops/{shop_id}/systems", owner_only(201), _SYSTEM),
    Row(
        "POST",
        "/api/shops/{shop_id}/systems/{app_id}/secrets",
        owner_only(201),
        address="/api/shops/{shop_id}/systems/{system_id}/secrets",
    ),
    Row(
        "DELETE",
        "/api/shops/{shop_id}/systems/{app_id}/secrets/{secret_id}",
        owner_only(204),
        address="/api/shops/{shop_id}/systems/{system_id}/secrets/{system_secret_id}",
    ),
    Row(
        "DELETE",
        "/api/shops/{shop_id}/systems/{app_id}",
        owner_only(204),
        address="/api/shops/{shop_id}/systems/{system_id}",
    ),
    Row("GET", "/api/shops/{shop_id}/connections", owner_only(200)),
    Row(
        "DELETE",
        "/api/shops/{shop_id}/connections/{connection_id}",
        owner_only(404),
        address="/api/shops/{shop_id}/connections/" + NOWHERE,
    ),
    Row("GET", "/api/shops/{shop_id}/apps/{app_id}/calls", owner_only(200)),
    Row("GET", "/api/me/sandbox-shop", members(200)),
    Row("POST", "/api/me/sandbox-shop", members(201)),
    Row("DELETE", "/api/me/apps/{app_id}", owner_only(204)),
]
