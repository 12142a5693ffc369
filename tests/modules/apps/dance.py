"""Tools of the tests: register apps, consent, exchange."""

import base64
import hashlib
import secrets
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

import httpx

CALLBACK = "https://erp.example/callback?tenant=7"
SCOPES = ("orders:read", "products:read", "products:write")


class Registered(NamedTuple):
    """An app with a secret."""

    client_id: str
    secret: str
    scopes: tuple[str, ...] = SCOPES

    @property
    def basic(self) -> tuple[str, str]:
        """Its credentials."""
        return self.client_id, self.secret


class Proof(NamedTuple):
    """What PKCE binds a code to."""

    verifier: str
    challenge: str


def make_proof() -> Proof:
    """A new verifier and its challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return Proof(verifier, base64.urlsafe_b64encode(digest).decode().rstrip("="))


async def open_shop(client: httpx.AsyncClient, name: str = "") -> UUID:
    """A shop of the client's account."""
    answer = await client.post("/api/shops", json={"name": name or f"店{uuid4().hex[:8]}"})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["shop_id"])


async def register(
    developer: httpx.AsyncClient,
    scopes: tuple[str, ...] = SCOPES,
    redirect_uris: tuple[str, ...] = (CALLBACK,),
    *,
    is_public: bool = False,
) -> Registered:
    """An app of the developer's, with a secret unless it is a public one."""
    answer = await developer.post(
        "/api/me/apps",
        json={"name": "仓库助手", "redirect_uris": redirect_uris, "scopes": scopes, "is_public": is_public},
    )
    assert answer.status_code == 201, answer.text
    client_id = answer.json()["app_id"]
    secret = ""
    if not is_public:
        made = await developer.post(f"/api/me/apps/{client_id}/secrets")
        assert made.status_code == 201, made.text
        secret = made.json()["client_secret"]
    return Registered(client_id, secret, scopes)


def question(app: Registered, proof: Proof, **more: str) -> dict[str, str]:
    """The parameters of a request for consent."""
    return {
        "client_id": app.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": " ".join(app.scopes),
        "state": "af0ifjs",
        "code_challenge": proof.challenge,
        "code_challenge_method": "S256",
    } | more


async def consent(person: httpx.AsyncClient, shop_id: UUID, asked: dict[str, str]) -> dict[str, str]:
    """Approve; answers the parameters that the app gets."""
    answer = await person.post(
        "/api/oauth/consent", json={"question": urlencode(asked), "decision": "approve", "shop_id": str(shop_id)}
    )
    assert answer.status_code == 200, answer.text
    return dict(parse_qsl(urlsplit(answer.json()["redirect_to"]).query))


async def exchange(
    client: httpx.AsyncClient, app: Registered, code: str, proof: Proof, /, **more: str
) -> httpx.Response:
    """Show a code to the token endpoint."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": proof.verifier,
    } | more
    if not app.secret:
        return await client.post("/oauth/token", data=form | {"client_id": app.client_id})
    return await client.post("/oauth/token", data=form, auth=app.basic)


async def refresh(client: httpx.AsyncClient, app: Registered, token: str, **more: str) -> httpx.Response:
    """Show a refresh token to the token endpoint."""
    form = {"grant_type": "refresh_token", "refresh_token": token} | more
    if not app.secret:
        return await client.post("/oauth/token", data=form | {"client_id": app.client_id})
    return await client.post("/oauth/token", data=form, auth=app.basic)


async def get_tokens(
    client: httpx.AsyncClient, person: httpx.AsyncClient, app: Registered, shop_id: UUID
) -> dict[str, Any]:
    """The whole dance: consent and exchange."""
    proof = make_proof()
    given = await consent(person, shop_id, question(app, proof))
    answer = await exchange(client, app, given["code"], proof)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def make_app_token(
    seller: httpx.AsyncClient, shop_id: UUID | str, scopes: tuple[str, ...], anonymous: httpx.AsyncClient
) -> str:
    """The quick way to a token of a shop's own system with these scopes; `seller` is the shop's owner."""
    made = await seller.post(f"/api/shops/{shop_id}/systems", json={"name": "自有系统", "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    answer = await anonymous.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(made.json()["client_id"], made.json()["client_secret"]),
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
