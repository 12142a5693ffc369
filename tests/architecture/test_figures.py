"""Every figure of the console says what it means; a component that writes numbers without is found here."""

import re

from tests.architecture.source import ROOT

CONSOLE = ROOT / "frontend/src/console"
WRITES = re.compile(r"\b(?:money|integer|count|share|seconds)\((?!\))")
MARKS = re.compile(r"<WhatIs|<FigureBeside|<FigureCards|<PersonFigures|<Metric\b|<BalanceCard|\bmetric=")
NO_FIGURES = {
    "what one thing costs, how much of it there is, or what is asked back for it": """
        aftersales/AfterSaleDrawer aftersales/AfterSaleHistory aftersales/AfterSaleTable aftersales/DeedForm
        aftersales/OfferInputs club/LevelInputs commissions/CommissionRow commissions/Market commissions/ProposeForm
        flash/FlashSaleForm flash/SkuPicker freight/FreightList live/BagPicker
        live/FlashBadge live/SkuControls operator/CaseDrawer operator/Escalations operator/PlatformCouponForm
        operator/Refunds operator/RulingForm orders/OrderLines orders/OrderTable
        products/PriceRange products/PublicCommission stock/StockDrawer
    """,
    "one movement of money, which is itself what it says": """
        imports/OrdersTold money/DepositForm money/Invoices money/PayoutForm money/PayoutRow money/parts/Sum
        operator/Batches operator/DifferenceRow operator/PayoutLine operator/Payouts operator/ResultsUpload
    """,
    "how far a piece of work is, or how many things stand in a list or wait to be done": """
        apps/Calls fans/segments/SegmentEditor imports/JobList imports/JobPage imports/JobRows
        imports/OrderSourceCard live/CameraCard live/PurchaseLine orders/BatchShip orders/FigureFilter orders/PrintJob
        orders/SelectionBar outreach/Audience videos/edit/PlacedList videos/edit/TitleInput webhooks/EndpointCard
    """,
    "part of a page that says above it what the numbers are": """
        audience/OwnFanRow club/Members fans/FanRow insights/FeaturedLane insights/LearnedStretch 
        videos/figures/Curves videos/figures/LearnedMoments
    """,
    "how many watch a room now, or stand in a segment, as its name says": """
        fans/segments/OwnSegments home/HomePage rooms/RoomRow
    """,
}
"""Components that write numbers which are no figures, by what these are; without `.svelte`."""


def test_a_page_that_shows_figures_says_what_they_mean() -> None:
    """A component that writes numbers marks them with their definition, or is listed with why they are none."""
    silent = {
        path.relative_to(CONSOLE).as_posix()
        for path in CONSOLE.rglob("*.svelte")
        if WRITES.search(text := path.read_text("utf-8")) and not MARKS.search(text)
    }
    known = {f"{name}.svelte" for names in NO_FIGURES.values() for name in names.split()}
    assert silent - known == set(), "these write numbers and say nowhere what they mean"
    assert known - silent == set(), "these need not be listed any more"
