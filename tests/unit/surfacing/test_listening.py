"""What a host says brings up the product that is presented, and nothing that is only mentioned."""

import pytest
from tests.unit.surfacing.talk import FRUIT, SHOP, hear, product, say, shown, write

from xiaodian.contracts.surfacing import Bag, Signal
from xiaodian.modules.surfacing.api import explain

STRAWBERRIES = "来咱们先看一号链接这个红颜草莓三斤装今天九十九"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("来咱们先看一号链接这个红颜草莓", "strawberry"),
        ("接下来看三号链接云南高山的大蓝莓", "blueberry"),
        ("下一款给大家上智利的车厘子三个J的一百二十八", "cherry"),
        ("来看这个赣南的脐橙十斤四十五块八", "orange"),
        ("好 咱们看这个脐橙 十斤的", "orange"),
    ],
)
def test_the_product_that_a_host_turns_to_comes_up(line: str, expected: str) -> None:
    assert shown(FRUIT, line) == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("okay let's take a look at this stoneware mug in the moss glaze twenty eight dollars", "mug"),
        ("next up link number two the cast iron teapot with the infuser fifty four", "teapot"),
        ("and here we have the raw heather honey this is the one in the big jar sixteen dollars", "honey"),
    ],
)
def test_english_hosts_are_understood(line: str, expected: str) -> None:
    assert shown(SHOP, line) == [expected]


def test_a_denied_product_does_not_come_up_but_what_is_said_instead() -> None:
    assert "strawberry" not in shown(FRUIT, "不是这款草莓,是蓝莓")
    assert shown(FRUIT, "咱们看的不是这款草莓是三号链接这个云南高山蓝莓六十九") == ["blueberry"]


@pytest.mark.parametrize(
    "line",
    [
        "来看看咱们家的草莓",
        "草莓草莓都喜欢吃草莓",
        "今天的水果都很甜特别新鲜",
    ],
)
def test_words_that_fit_several_products_decide_nothing_alone(line: str) -> None:
    assert shown(FRUIT, line) == []


def test_words_that_fit_several_products_decide_with_a_size_and_a_price() -> None:
    assert shown(FRUIT, "来看这个红颜草莓小份的一斤装三十九块九") == ["strawberry-small"]


@pytest.mark.parametrize(
    "line",
    [
        "今天咱们有草莓有蓝莓有车厘子还有脐橙",
        "车厘子一会儿给大家上别着急",
        "等会儿还有车厘子和脐橙",
        "车厘子卖完了没有了啊",
        "我小时候我妈给我买过一次车厘子那时候可贵了",
        "超市里面的蓝莓卖得比咱们贵",
        "车厘子有的自己去四号拍",
        "家人们欢迎来到直播间点点关注",
        "今天下单三号发货",
        "12月3号之前都能到",
        "我家住在三号楼",
        "第三个家人中奖了",
    ],
)
def test_what_is_only_mentioned_does_not_come_up(line: str) -> None:
    assert shown(FRUIT, line) == []


@pytest.mark.parametrize(
    "line",
    [
        "tonight we have mugs teapots chamomile earl grey and honey",
        "I'll show you the teapot later in the show so stick around",
        "my grandmother used to put honey in everything when I was a kid",
        "the honey at the supermarket is not real honey",
        "you are my number one fan",
        "the teapot is sold out I'm sorry",
        "welcome everyone thank you for joining",
    ],
)
def test_what_is_only_mentioned_in_english_does_not_come_up(line: str) -> None:
    assert shown(SHOP, line) == []


def test_a_change_of_mind_is_followed() -> None:
    assert "blueberry" not in shown(FRUIT, "来看三号蓝莓…算了先不讲三号")
    assert "teapot" not in shown(SHOP, "let's do the teapot, actually no, scratch that, not yet")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("接下来看三号连接这个云南高山的南梅大果的", "blueberry"),
        ("来给大家看这个智利的车里子两斤装一百二十八", "cherry"),
        ("咱们看五号链接赣南的齐成十斤四十五块八", "orange"),
    ],
)
def test_misheard_chinese_names_are_recognised(line: str, expected: str) -> None:
    assert shown(FRUIT, line) == [expected]


def test_misheard_english_names_are_recognised() -> None:
    assert shown(SHOP, "next up these are the camomile flours the loose leaf ones twelve fifty") == ["chamomile"]


def test_the_same_product_does_not_come_up_again_while_it_is_presented() -> None:
    lines = (STRAWBERRIES, "这个草莓特别甜", "红颜草莓果肉很细", "草莓坏了包赔", "拍一号链接就好")
    assert shown(FRUIT, *lines) == ["strawberry"]


def test_a_product_comes_up_again_after_another_one() -> None:
    lines = (
        STRAWBERRIES,
        *["这个口感特别好水分很足"] * 5,
        "来接下来看三号链接这个云南高山蓝莓六十九",
        *["果粉都在皮薄肉厚"] * 5,
        "好回到咱们一号链接这个红颜草莓再给大家看一下三斤九十九",
    )
    assert shown(FRUIT, *lines) == ["strawberry", "blueberry", "strawberry"]


def test_viewers_who_ask_bring_nothing_up_until_the_host_turns_to_it() -> None:
    asks: list[Signal] = [
        write(10_000 + 300 * n, f"u{n}", text) for n, text in enumerate(["车厘子多少钱", "4号链接", "车厘子呢"] * 6)
    ]
    assert hear(FRUIT, asks) == []
    cues = hear(FRUIT, [*asks, *say("这么多人问车厘子行那咱们就看这个车厘子", since_ms=20_000)])
    assert [cue.product_id for cue in cues] == ["cherry"]
    assert cues[0].reason.code == "asked"


def test_the_same_comment_a_thousand_times_brings_nothing_up() -> None:
    one = [write(10_000 + 20 * n, "spammer", "三号链接蓝莓多少钱") for n in range(1_000)]
    many = [write(10_000 + 20 * n, f"u{n}", "三号链接蓝莓多少钱") for n in range(1_000)]
    for wave in (one, many):
        said = say("好的这个水分很足口感特别好", "蓝莓一会儿再说", since_ms=31_000)
        assert hear(FRUIT, [*wave, *said]) == []


def test_each_cue_says_what_carried_it() -> None:
    cue = hear(FRUIT, say(STRAWBERRIES))[0]
    assert cue.reason.evidence
    assert cue.reason.params["number"] == 1
    for lang in ("zh", "en"):
        assert "{" not in explain(cue.reason, lang)
    assert 0.4 <= cue.confidence <= 1
    assert sum(item.weight for item in cue.reason.evidence if item.weight > 0) > 0


MUG_FIRST = "next up link number one the stoneware mug in the moss glaze twenty eight dollars have a look at this"


@pytest.mark.parametrize(
    "line",
    [
        "蓝莓那个六十九今天不展开大家自己看详情",
        "橙子十斤的在五号那个不是现在的我就不细讲了",
        "有人问车厘子 四号里面有 自己去拍",
    ],
)
def test_what_a_host_says_not_to_go_into_leaves_the_product_on_show(line: str) -> None:
    assert shown(FRUIT, STRAWBERRIES, "这个草莓特别甜", line) == ["strawberry"]


@pytest.mark.parametrize(
    "line",
    [
        "yes Anna the honey is sixteen dollars a jar",
        "the teapot is link number two but I won't go into that today just read the listing",
        "not the teapot, the mug",
        "we'll get to the teapot in a minute",
    ],
)
def test_an_answer_in_passing_leaves_the_product_on_show(line: str) -> None:
    assert shown(SHOP, MUG_FIRST, "it holds a good big cup of tea", line) == ["mug"]


@pytest.mark.parametrize(
    ("tale", "line"),
    [
        ("我小时候跟我爷爷去赶集", "现在想想那时候的车厘子可真不容易吃到"),
        ("跟你们讲个笑话我上次坐火车", "我背的包里全是脐橙一个个滚出来了"),
    ],
)
def test_a_tale_goes_on_in_the_next_line(tale: str, line: str) -> None:
    assert shown(FRUIT, STRAWBERRIES, "这个草莓特别甜", tale, line) == ["strawberry"]


def test_a_tale_goes_on_in_the_next_line_in_english() -> None:
    lines = ("I was on the train with my grandmother last year", "and the honey went all over her coat")
    assert shown(SHOP, MUG_FIRST, "it holds a good big cup of tea", *lines) == ["mug"]


BERRIES = Bag(
    lang="en",
    products=(
        product("strawberries", 1, "Organic Strawberries", ("1lb box",), 300),
        product("blueberries", 2, "Highbush Blueberries", ("12oz",), 450),
        product("peaches", 3, "Yellow Peaches Tree Ripened", ("6 count",), 700),
    ),
)
PEACHES = "right next up number three these yellow peaches look at the blush on them seven dollars for six"


def test_a_host_who_shows_the_first_fruit_is_followed() -> None:
    line = "okay so first up let me show you the organic strawberries, look at the size of them"
    assert shown(BERRIES, line) == ["strawberries"]


@pytest.mark.parametrize(
    "line",
    [
        "we'll get to the strawberries in a minute",
        "not the strawberries, the peaches",
        "yes Anna the strawberries are three pounds a box",
    ],
)
def test_fruit_named_in_passing_leaves_the_one_on_show(line: str) -> None:
    assert shown(BERRIES, PEACHES, "so juicy you need a napkin", line) == ["peaches"]


def test_a_denied_fruit_does_not_come_up() -> None:
    assert "strawberries" not in shown(BERRIES, "not the strawberries, the blueberries")
