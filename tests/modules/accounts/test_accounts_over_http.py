"""Signing up, in and out over HTTP."""

import httpx
from tests.conftest import SignUp


async def test_who_signs_up_is_signed_in(sign_up: SignUp) -> None:
    client, account_id = await sign_up("小丹")
    answer = await client.get("/api/me")
    assert answer.status_code == 200, answer.text
    assert answer.json()["account_id"] == str(account_id)
    assert answer.json()["display_name"] == "小丹"


async def test_who_is_not_signed_in_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/me", headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
