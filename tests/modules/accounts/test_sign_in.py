"""Names and passwords: who gets in, who does not, and what they learn from it."""

import asyncio
import threading
from typing import Any

import argon2
import httpx
import pytest
from tests.conftest import SignUp

from xiaodian.contracts.base import UnavailableError
from xiaodian.edge.access import SESSION_COOKIE
from xiaodian.infra.database import Database
from xiaodian.modules.accounts import passwords

PHONE = {"sign_in": "138 0000 0001", "password": "correct horse", "display_name": "小丹"}


async def test_a_phone_number_signs_in_however_it_is_written(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/accounts", json=PHONE)).status_code == 201
    for written in ("13800000001", "+86 138-0000-0001", "8613800000001", "008613800000001", " 13800000001 "):
        answer = await client.post("/api/sessions", json={"sign_in": written, "password": "correct horse"})
        assert answer.status_code == 201, written
        assert answer.json()["sign_in_masked"] == "138******01"


async def test_an_email_signs_in_in_any_case(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/accounts", json={**PHONE, "sign_in": "Dan.Dan@Example.COM"})
    assert answer.json()["sign_in_masked"] == "d***@example.com"
    answer = await client.post("/api/sessions", json={"sign_in": "dan.dan@example.com", "password": "correct horse"})
    assert answer.status_code == 201


async def test_a_name_is_given_once_even_if_two_ask_at_the_same_time(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post("/api/accounts", json=PHONE) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (refused.json()["code"], refused.json()["field"]) == ("sign_in_taken", "sign_in")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sign_in": "not a name"}, "sign_in"),
        ({"sign_in": "12345"}, "sign_in"),
        ({"sign_in": "a@b"}, "sign_in"),
        ({"password": "1234567"}, "password"),
        ({"display_name": "   "}, "display_name"),
        ({"display_name": "字" * 31}, "display_name"),
        ({"display_name": "小\u200b丹"}, "display_name"),
        ({"display_name": "\u3164"}, "display_name"),
    ],
)
async def test_a_bad_sign_up_names_the_field_and_leaves_nothing(
    client: httpx.AsyncClient, database: Database, change: dict[str, str], field: str
) -> None:
    answer = await client.post("/api/accounts", json={**PHONE, **change})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_input", field)
    assert "{" not in answer.json()["title"]
    assert SESSION_COOKIE not in answer.cookies
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM accounts.account") == 0


async def test_a_wrong_password_and_an_unknown_name_look_the_same(client: httpx.AsyncClient) -> None:
    await client.post("/api/accounts", json=PHONE)
    wrong = await client.post("/api/sessions", json={"sign_in": "13800000001", "password": "wrong horse"})
    unknown = await client.post("/api/sessions", json={"sign_in": "13900000002", "password": "wrong horse"})
    nonsense = await client.post("/api/sessions", json={"sign_in": "no name", "password": ""})
    assert wrong.status_code == 401
    assert wrong.content == unknown.content == nonsense.content
    assert "set-cookie" not in wrong.headers


async def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = argon2.PasswordHasher.verify

    def _counting(hasher: argon2.PasswordHasher, password_hash: str, password: str) -> bool:
        verified.append(password_hash)
        return verify(hasher, password_hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", _counting)
    known = await passwords.hash_password("correct horse")
    assert not await passwords.verify_password(known, "wrong horse")
    assert not await passwords.verify_password(None, "wrong horse")
    assert [argon2.extract_parameters(used) for used in verified] == [argon2.extract_parameters(known)] * 2


async def test_nobody_signs_in_with_the_password_that_stands_in_for_unknown_names() -> None:
    assert not await passwords.verify_password(None, "a password that nobody has")


async def test_hashing_does_not_stop_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def _slow(_hasher: Any, _password: str) -> str:
        assert go_on.wait(10)
        return "hash"

    monkeypatch.setattr(argon2.PasswordHasher, "hash", _slow)
    hashing = asyncio.create_task(passwords.hash_password("correct horse"))
    await asyncio.sleep(0)
    assert not hashing.done()
    go_on.set()  # Reached only because the loop is free while a thread hashes.
    assert await hashing == "hash"


async def test_a_queue_too_long_is_refused_instead_of_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    first = asyncio.create_task(passwords.hash_password("correct horse"))
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError):
        await passwords.hash_password("correct horse")
    assert await first


async def test_an_old_hash_is_replaced_when_its_owner_signs_in(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/api/accounts", json=PHONE)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    async with database.connection() as connection:
        await connection.execute("UPDATE accounts.account SET password_hash = $1", weak)
    for _ in range(2):
        answer = await client.post("/api/sessions", json={"sign_in": "13800000001", "password": "correct horse"})
        assert answer.status_code == 201
    async with database.connection() as connection:
        kept = await connection.fetchval("SELECT password_hash FROM accounts.account")
    assert not passwords.needs_rehash(str(kept))


async def test_signing_in_again_ends_the_session_it_replaces(sign_up: SignUp, client: httpx.AsyncClient) -> None:
    await client.post("/api/accounts", json=PHONE)
    first = client.cookies[SESSION_COOKIE]
    await client.post("/api/sessions", json={"sign_in": "13800000001", "password": "correct horse"})
    assert client.cookies[SESSION_COOKIE] != first
    assert (await client.get("/api/me")).status_code == 200
    client.cookies.clear()
    answer = await client.get("/api/me", headers={"cookie": f"{SESSION_COOKIE}={first}"})
    assert answer.status_code == 401


async def test_signing_out_makes_the_browser_forget(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    answer = await client.delete("/api/sessions/current")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await client.get("/api/me")).status_code == 401


async def test_sessions_of_one_account_are_bounded(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiaodian.modules.accounts.service import open_session

    monkeypatch.setattr(open_session, "MAX_SESSIONS", 3)
    await client.post("/api/accounts", json=PHONE)
    for _ in range(5):
        client.cookies.clear()
        await client.post("/api/sessions", json={"sign_in": "13800000001", "password": "correct horse"})
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM accounts.session") == 3
    assert (await client.get("/api/me")).status_code == 200
