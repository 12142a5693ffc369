"""What carriers print, and what sellers write into files."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.orders.shipment_file import MAX_ROWS, ShipmentRow, read_shipment_file
from xiaodian.modules.orders.shipping_rules import find_carrier, read_shipment


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("顺丰速运", "SF1234567890123"),
        ("顺丰", " sf1234567890123 "),
        ("SF Express", "123456789012"),
        ("中通快递", "73100123456789"),
        ("圆通速递", "YT1234567890123"),
        ("韵达快递", "4312345678901"),
        ("申通快递", "773012345678901"),
        ("京东物流", "JDVC12345678901-1-1-"),
        ("京东快递", "JD0012345678901"),
        ("EMS", "EA123456789CN"),
        ("中国邮政", "9812345678901"),
        ("村口小货车", "K-2026-11"),
    ],
)
def test_numbers_that_carriers_print_are_taken(carrier: str, number: str) -> None:
    parcel = read_shipment(carrier, number)
    assert parcel.tracking_number == number.strip().upper()


@pytest.mark.parametrize("number", ["", "12345", "SF 1234567", "单号123456", "1" * 33, "SF1234567890\n1"])
def test_numbers_that_no_carrier_prints_are_refused(number: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_shipment("村口小货车", number)
    assert refused.value.params["reason"] == "bad_tracking_number"


@pytest.mark.parametrize(
    ("carrier", "number"),
    [("顺丰", "YT1234567890123"), ("圆通", "SF1234567890123"), ("EMS", "SF1234567890123"), ("韵达", "12345678")],
)
def test_a_number_of_another_carrier_is_refused_before_a_buyer_looks_for_the_parcel_in_vain(
    carrier: str, number: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_shipment(carrier, number)
    assert refused.value.params == {"reason": "not_of_carrier", "carrier": carrier}


def test_a_carrier_is_known_by_any_of_its_names() -> None:
    assert find_carrier("顺丰") is find_carrier("顺 丰 速运") is find_carrier("SF-Express") is not None
    assert find_carrier("村口小货车") is None


ROWS = [ShipmentRow(2, "7K3M-9XQ2", "顺丰", "SF1234567890123"), ShipmentRow(4, "AAAA-BBBB", "中通", "731001234567")]
TABLE = "订单号,快递公司,运单号\n7K3M-9XQ2,顺丰,SF1234567890123\n,,\nAAAA-BBBB,中通,731001234567\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gbk"),
        TABLE.replace("\n", "\r\n").encode("gbk"),
        TABLE.replace(",", "\t").encode("gbk"),
        TABLE.replace("SF1234567890123", '"=""SF1234567890123"""').encode(),
        TABLE.replace("731001234567", "'731001234567").encode(),
        "运单号,备注,快递公司,订单号\nSF1234567890123,急,顺丰,7K3M-9XQ2\n\n731001234567,,中通,AAAA-BBBB".encode(),
        "tracking_number,carrier,Number\nSF1234567890123,顺丰,7K3M-9XQ2\n\n731001234567,中通,AAAA-BBBB".encode(),
    ],
)
def test_a_file_is_read_however_the_sellers_spreadsheet_wrote_it(content: bytes) -> None:
    assert read_shipment_file(content) == ROWS


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no_heading"),
        ("订单号,快递公司\nA,B".encode(), "no_heading"),
        ("订单号,快递公司,运单号\n".encode(), "empty"),
        (TABLE.encode() + b"x,y,z\n" * MAX_ROWS, "too_many_rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_table"),
        (b"PK\x03\x04\xff\xfe\x00", "not_a_table"),
        (b"a" * 2_000_000, "too_large"),
    ],
)
def test_a_file_that_is_of_no_use_is_refused_as_a_whole_and_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_shipment_file(content)
    assert refused.value.params["reason"] == reason


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    with contextlib.suppress(InvalidInputError):
        read_shipment_file("订单号,快递公司,运单号\n".encode() + content)
