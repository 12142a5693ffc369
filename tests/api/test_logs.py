"""Logs tell what happened to a request, and nothing about people."""

import io
import sys
from typing import Any

import httpx
import msgspec
import pytest
from tests.api.world import ADDRESS
from tests.conftest import SignUp

from xiaodian.edge.access import SESSION_COOKIE
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging, get_logger

NAME, PHONE, EMAIL, PASSWORD = "王小丹", "13812345678", "dandan.wang@example.com", "correct horse"


@pytest.fixture
def log_stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the HTTP process would write to standard error, at its most talkative."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(level="debug", log_format="json", process="http")
    return stream


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in stream.getvalue().splitlines() if line.startswith("{")]


async def test_nothing_about_a_person_is_in_the_logs(
    client: httpx.AsyncClient, database: Database, log_stream: io.StringIO
) -> None:
    sign_up = {"sign_in": EMAIL, "password": PASSWORD, "display_name": NAME}
    await client.post("/api/accounts", json=sign_up)
    await client.post("/api/accounts", json=sign_up)
    await client.post("/api/sessions", json={"sign_in": EMAIL, "password": "wrong horse battery"})
    async with database.connection() as connection:
        await connection.execute(
            f"ALTER TABLE accounts.address ADD CONSTRAINT fault_of_ours CHECK (recipient <> '{NAME}')"
        )
    broken = await client.post(f"/api/me/addresses?phone={PHONE}", json={**ADDRESS, "recipient": NAME, "phone": PHONE})
    assert (broken.status_code, broken.json()["code"]) == (500, "internal_error")
    token = client.cookies[SESSION_COOKIE]
    written = log_stream.getvalue()
    for secret in (NAME, PHONE, EMAIL, PASSWORD, "wrong horse", token, ADDRESS["detail"]):
        assert secret not in written
        assert msgspec.json.encode(secret).decode().strip('"') not in written
        assert secret not in broken.text
    fault = next(line for line in _lines(log_stream) if line["event"] == "unexpected_error")
    assert "23514" in fault["exception"]
    assert "add_address" in fault["exception"]
    assert "fault_of_ours" not in broken.text


async def test_every_line_of_a_request_has_its_id_and_the_rooms(
    sign_up: SignUp, database: Database, log_stream: io.StringIO
) -> None:
    client, _ = await sign_up()
    room_id = (await client.post("/api/rooms", json={"title": "开播"})).json()["room_id"]
    await client.get(f"/api/rooms/{room_id}", headers={"x-request-id": "trace-me-please"})
    line = next(line for line in _lines(log_stream) if line.get("request_id") == "trace-me-please")
    assert line["room_id"] == room_id
    assert line["route"] == "/api/rooms/{room_id}"
    assert (line["method"], line["status"], line["process"]) == ("GET", 200, "http")
    others = [line for line in _lines(log_stream) if line.get("request_id") != "trace-me-please"]
    assert all(line.get("room_id") != room_id for line in others)


def test_a_field_named_like_a_secret_is_hidden_whoever_logs_it(log_stream: io.StringIO) -> None:
    get_logger("test").warning("oops", password=PASSWORD, phone=PHONE, stream_key="k", room_id="r")
    [line] = _lines(log_stream)
    assert (line["password"], line["phone"], line["stream_key"], line["room_id"]) == (*["[hidden]"] * 3, "r")
