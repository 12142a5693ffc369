"""The demo's show: what is said and held up fits the picture and the platform's limits."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from xiaodian.cli.demo import demo_settings
from xiaodian.cli.show.catalogue import AFTER_BUYING, AUDIENCE, GREETINGS, HOSTS, PASSWORD, REMARKS, VISITOR
from xiaodian.cli.show.client import price_now
from xiaodian.cli.show.film import film_cues, film_length_s
from xiaodian.cli.show.goods import SIZE, paint_cut_out, paint_picture
from xiaodian.cli.show.past_plan import plan_past
from xiaodian.cli.show.playlist import read_segments, started_at_ms
from xiaodian.cli.show.talk import TALK, talk_of
from xiaodian.contracts.surfacing import Bag, BagProduct, Transcript
from xiaodian.modules.surfacing.api import Engine
from xiaodian.settings import Settings

PLAYLIST = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:1
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-01T00:00:00.000Z
#EXTINF:1.000,
1.m4s
#EXTINF:0.500,
2.m4s
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2026-11-01T00:00:10.250Z
#EXTINF:1.000,
3.m4s
"""
MIDNIGHT_MS = 1_793_491_200_000


def test_each_segment_has_the_moment_of_its_first_picture() -> None:
    segments = read_segments(PLAYLIST)
    assert [(segment.uri, segment.start_ms - MIDNIGHT_MS) for segment in segments] == [
        ("1.m4s", 0),
        ("2.m4s", 1000),
        ("3.m4s", 10_250),
    ]


def test_an_encoder_that_came_back_counts_from_its_return() -> None:
    segments = read_segments(PLAYLIST)
    assert started_at_ms(segments, MIDNIGHT_MS) == MIDNIGHT_MS + 10_250
    assert started_at_ms(segments, MIDNIGHT_MS + 20_000) is None


def test_products_are_held_up_one_after_the_other_within_the_film() -> None:
    for host in HOSTS:
        cues = film_cues(host)
        assert [cue.product for cue in cues] == list(range(len(host.products)))
        assert all(one.end_s < other.start_s for one, other in pairwise(cues))
        assert cues[-1].end_s < film_length_s(host)


def test_each_product_is_spoken_of_in_its_own_scene_one_line_after_the_other() -> None:
    for host in HOSTS:
        lines = talk_of(host)
        assert all(one.end_s < other.start_s for one, other in pairwise(lines))
        assert lines[-1].end_s < film_length_s(host)
        assert all(TALK[product.art][-1].end_s < host.scene_s for product in host.products)


def test_whoever_sits_at_the_console_of_the_second_host_is_asked_within_a_minute_and_again_and_again() -> None:
    [host] = [each for each in HOSTS if each.surfacing == "suggest"]
    bag = [
        BagProduct(
            product_id=product.art, number=number, title=product.title, skus=tuple(sku.name for sku in product.skus)
        )
        for number, product in enumerate(host.products, start=1)
    ]
    engine = Engine(Bag(products=tuple(bag)))
    asked: list[tuple[float, str]] = []
    turns = 20
    for turn in range(turns):
        for line in talk_of(host):
            t_ms = round((turn * film_length_s(host) + line.end_s) * 1000)
            asked += [(t_ms / 1000, cue.product_id) for cue in engine.take(Transcript(t_ms=t_ms, text=line.text))]
    assert [art for _, art in asked] == [product.art for product in host.products] * turns
    assert asked[0][0] < 60
    assert all(later - earlier < 60 for (earlier, _), (later, _) in pairwise(asked))
    assert all(at_s % host.scene_s + 8 < host.held_from_s for at_s, _ in asked), "asked before it is held up"


def test_what_the_demo_says_is_within_the_platforms_limits() -> None:
    limit = Settings().comment_max_chars
    said = [*GREETINGS, *AFTER_BUYING, *(text for texts in REMARKS.values() for text in texts)]
    assert all(0 < len(text) <= limit for text in said)
    assert all(2 <= len(host.shop) <= 30 for host in HOSTS)
    assert len(PASSWORD) >= 8


def test_every_product_has_its_picture_and_its_talk() -> None:
    for product in (product for host in HOSTS for product in host.products):
        assert REMARKS[product.art]
        assert product.live_price_minor is None or product.live_price_minor < product.skus[0].price_minor
        assert product.flash is None or product.flash.price_minor < product.skus[0].price_minor
        cut_out = paint_cut_out(product.art)
        transparent = cut_out.getchannel("A").histogram()[0]
        assert 0.2 < transparent / SIZE**2 < 0.9, "a product on a transparent ground"


def test_no_room_of_the_demos_past_is_so_old_that_its_visitors_count_no_more_and_its_report_says_nobody_came() -> None:
    now = datetime(2026, 11, 30, 2, tzinfo=UTC)
    first, *_ = plan_past(now, [1]).shows
    weeks_on = timedelta(days=90)
    assert now + weeks_on - first.begins_at < timedelta(days=demo_settings().behaviour_days)


def test_no_two_people_of_the_demo_share_a_sign_in() -> None:
    names = [VISITOR.sign_in, *(host.sign_in for host in HOSTS), *(viewer.sign_in for viewer in AUDIENCE)]
    assert len(set(names)) == len(names)


def test_product_pictures_differ_from_each_other() -> None:
    arts = [product.art for host in HOSTS for product in host.products]
    assert len({paint_picture(art).resize((32, 32)).tobytes() for art in arts}) == len(arts)


def test_the_audience_offers_what_the_platform_asks_for_before_during_and_after_a_flash_sale() -> None:
    sale = {"price_minor": 1990, "left": 2, "starts_at_ms": 10, "ends_at_ms": 20, "opens_at_ms": None}
    sku = {"price_minor": 2900, "flash_sale": sale}
    assert [price_now(sku, 2, now_ms) for now_ms in (9, 10, 19, 20)] == [2900, 1990, 1990, 2900]
    assert price_now(sku, 3, 10) == 2900
    assert price_now({**sku, "price_minor": 1500}, 1, 10) == 1500
    assert price_now({**sku, "flash_sale": None}, 1, 10) == 2900
    early = {**sku, "flash_sale": {**sale, "opens_at_ms": 5, "early_level": 2}}
    assert [price_now(early, 1, 6, level) for level in (0, 1, 2, 3)] == [2900, 2900, 1990, 1990]
