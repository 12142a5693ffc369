"""Sheets over the picture: nobody is left in one without a way out."""

import pytest
from playwright.async_api import expect
from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.still]


async def test_escape_closes_a_sheet_also_when_what_had_the_focus_is_gone(open_page: OpenPage) -> None:
    page = await open_page("/", name="viewer")
    await page.get_by_test_id("account").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_test_id("sheet-close").focus()
    assert await page.evaluate("(document.activeElement.remove(), document.activeElement === document.body)")
    await page.keyboard.press("Tab")
    assert await sheet.evaluate("sheet => sheet.contains(document.activeElement)")
    await page.evaluate("document.activeElement.remove()")
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
