"""Who sells what in the demo, and what the audience says."""

import msgspec


class SkuSample(msgspec.Struct, frozen=True):
    """A variant: name, price, stock, weight as it is sent, and its values of the product's options."""

    name: str
    price_minor: int
    stock: int
    weight_g: int
    option_values: tuple[str, ...] = ()


class OptionSample(msgspec.Struct, frozen=True):
    """What buyers choose a variant by."""

    name: str
    values: tuple[str, ...]


class StageSample(msgspec.Struct, frozen=True):
    """One step of where goods come from."""

    kind: str
    place: str
    day: str
    note: str


class FlashSample(msgspec.Struct, frozen=True):
    """A flash sale of a product's first variant: price, pieces, and how many of them one buyer gets."""

    price_minor: int
    pieces: int
    per_buyer: int


class ProductSample(msgspec.Struct, frozen=True, kw_only=True):
    """A product; `art` names its painting in `goods`, `sign` is what the film writes under it."""

    art: str
    category: str
    title: str
    sign: str
    sign_latin: str
    description: str
    skus: tuple[SkuSample, ...]
    options: tuple[OptionSample, ...] = ()
    provenance: tuple[StageSample, ...] = ()
    limit_per_buyer: int | None = None
    live_price_minor: int | None = None
    """Price of the first variant while the host holds the product up in the live room; None: as always."""
    flash: FlashSample | None = None
    commission_bp: int | None = None
    """What every other host gets for selling it; None: they may not."""


class FreightSample(msgspec.Struct, frozen=True, kw_only=True):
    """What carriage costs: the first kilogram, each further one, far away, and from which spend on it is free."""

    name: str
    first_minor: int
    more_minor: int
    free_above_minor: int
    far_first_minor: int
    far_more_minor: int
    not_to: tuple[str, ...]
    """Where the goods would not arrive whole, or customs are in between."""


class HostSample(msgspec.Struct, frozen=True, kw_only=True):
    """A host with a shop; `look` names the figure and the stage in `people`."""

    sign_in: str
    password: str
    name: str
    shop: str
    room_title: str
    look: str
    coupon: str
    freight: FreightSample
    products: tuple[ProductSample, ...]
    surfacing: str = "manual"
    """Who puts cards up in the host's rooms."""
    scene_s: int = 12
    """How long each product has in the film, from `held_from_s` on in the host's hands."""
    held_from_s: float = 1.5


class ViewerSample(msgspec.Struct, frozen=True):
    """One of the audience."""

    sign_in: str
    name: str


FAR_REGIONS = ("新疆", "西藏", "青海", "内蒙古", "甘肃", "宁夏", "海南")
BEYOND_CUSTOMS = ("香港", "澳门", "台湾", "海外")

PASSWORD = "xiaodian-demo"  # noqa: S105 - printed for everybody to use; the demo has nothing to protect.

YUE = HostSample(
    sign_in="13900000001",
    password=PASSWORD,
    name="阿月",
    shop="丹东草莓园 Dandong Berries",
    room_title="凌晨四点摘的草莓，今天发走 · Picked at dawn",
    look="greenhouse",
    coupon="TIAN5",
    freight=FreightSample(
        name="顺丰冷链 Cold express",
        first_minor=1200,
        more_minor=400,
        free_above_minor=9900,
        far_first_minor=2600,
        far_more_minor=1800,
        not_to=("西藏", *BEYOND_CUSTOMS),
    ),
    products=(
        ProductSample(
            art="strawberries",
            category="fresh",
            title="丹东红颜草莓 Dandong strawberries",
            sign="红颜草莓 现摘现发",
            sign_latin="Strawberries, picked today",
            description="东港大棚，凌晨采摘，当天顺丰冷链。单果 20 克以上，坏果包赔。\n"
            "Picked before dawn in Donggang, shipped cold the same day. Any bruised berry is on us.",
            skus=(
                SkuSample("3 斤装 1.5 kg", 8900, 4000, 1800),
                SkuSample("5 斤礼盒 2.5 kg gift box", 13900, 2000, 3100),
            ),
            live_price_minor=6990,
            provenance=(
                StageSample(
                    "grown",
                    "东港市椅圈镇 Yiquan, Donggang",
                    "2026-09-05",
                    "起垄定植，蜜蜂授粉。Set in ridges, bees do the rest.",
                ),
                StageSample(
                    "picked",
                    "3 号大棚 Greenhouse 3",
                    "2026-11-28",
                    "凌晨四点，只摘九成红。At four in the morning, nine tenths red.",
                ),
                StageSample(
                    "packed",
                    "园内冷库 The farm's cold store",
                    "2026-11-28",
                    "单果网套，2 ℃ 预冷后发货。Each in its own net, cooled to 2 °C.",
                ),
            ),
        ),
        ProductSample(
            art="jam",
            category="food",
            title="手熬草莓果酱 Slow-cooked strawberry jam",
            sign="手熬果酱 果肉八成",
            sign_latin="Jam, 80 % fruit",
            description="只放草莓、冰糖和柠檬，小锅慢熬三小时，果肉含量八成。开封后请冷藏。\n"
            "Berries, rock sugar, lemon, three hours in a small pot. Keep cool once opened.",
            skus=(SkuSample("单瓶 1 jar · 240 g", 2900, 3000, 450), SkuSample("三瓶 3 jars", 7900, 1500, 1300)),
            flash=FlashSample(1990, 60, 2),
            commission_bp=1500,
            provenance=(
                StageSample(
                    "picked",
                    "东港自家大棚 Our greenhouses, Donggang",
                    "2026-11-20",
                    "当天熟透的果子。Berries ripe that day.",
                ),
                StageSample(
                    "processed",
                    "丹东 Dandong",
                    "2026-11-21",
                    "小锅慢熬三小时，不加水。Three hours in a small pot, no water added.",
                ),
            ),
        ),
        ProductSample(
            art="crisps",
            category="food",
            title="冻干草莓脆 Freeze-dried strawberry crisps",
            sign="冻干草莓脆 不加糖",
            sign_latin="Crisps, no sugar added",
            description="整颗冻干，一口酥脆，不加糖、不加香精。孩子的零食，也配酸奶。\n"
            "Whole berries, freeze-dried, nothing added. For lunch boxes and yoghurt.",
            skus=(SkuSample("40 g × 2 袋 bags", 3590, 3000, 150), SkuSample("40 g × 6 袋 bags", 8990, 800, 400)),
            live_price_minor=2990,
        ),
        ProductSample(
            art="blueberries",
            category="fresh",
            title="高山蓝莓 Highland blueberries",
            sign="高山蓝莓 果粉完整",
            sign_latin="Highland blueberries",
            description="长白山余脉的露天蓝莓，18 毫米以上大果，果霜完整，四盒发。\n"
            "Open-air berries from the Changbai foothills, 18 mm and up, bloom intact.",
            skus=(
                SkuSample("125 g × 4 盒 punnets", 6600, 2500, 750),
                SkuSample("125 g × 8 盒 punnets", 11900, 900, 1400),
            ),
        ),
    ),
)

APRON_COLOURS = ("靛蓝 indigo", "本白 natural", "柿红 persimmon")
APRON_LENGTHS = ("短款 short", "长款 long")

ZHOU = HostSample(
    sign_in="13900000002",
    password=PASSWORD,
    name="老周",
    shop="景德镇老周陶坊 Old Zhou's Kiln",
    room_title="开窑了：一窑青花，一窑天青 · Opening the kiln",
    look="studio",
    coupon="KILN20",
    surfacing="suggest",
    # Whoever sits at the console has twelve seconds to answer before the product is held up.
    scene_s=36,
    held_from_s=16.5,
    freight=FreightSample(
        name="加固快递 Padded parcel",
        first_minor=1000,
        more_minor=300,
        free_above_minor=19900,
        far_first_minor=2000,
        far_more_minor=1200,
        not_to=BEYOND_CUSTOMS,
    ),
    products=(
        ProductSample(
            art="cup",
            category="craft",
            title="手绘青花品茗杯 Hand-painted tea cup",
            limit_per_buyer=10,
            sign="手绘青花杯",
            sign_latin="Hand-painted cup",
            description="高白泥手拉坯，釉下青花，1310 ℃ 一次烧成。每只花样略有不同。\n"
            "Thrown by hand, cobalt under the glaze, fired once at 1310 °C. No two are quite alike.",
            skus=(SkuSample("单杯 1 cup · 70 ml", 6800, 600, 300), SkuSample("对杯 2 cups", 12800, 300, 550)),
        ),
        ProductSample(
            art="teapot",
            category="craft",
            title="天青釉茶壶 Celadon teapot",
            sign="天青釉茶壶",
            sign_latin="Celadon teapot",
            description="雨过天青，开片自然，出水利落，断水干净，220 毫升。\n"
            "The blue of sky after rain. Pours clean, stops clean, holds 220 ml.",
            skus=(SkuSample("单壶 teapot", 26800, 200, 900), SkuSample("一壶四杯 teapot and 4 cups", 39800, 120, 1900)),
        ),
        ProductSample(
            art="vase",
            category="home",
            title="柿柿如意小花瓶 Persimmon vase",
            sign="柿柿如意花瓶",
            sign_latin="Persimmon vase",
            description="一枝一花就好看，釉上手绘红柿，送长辈讨个彩头。高 18 厘米。\n"
            "One twig is enough. Persimmons painted over the glaze wish the house good luck. 18 cm.",
            skus=(SkuSample("18 cm", 15800, 240, 1200),),
        ),
        ProductSample(
            art="apron",
            category="clothing",
            title="陶坊亚麻围裙 Linen potter's apron",
            sign="亚麻围裙 三色两款",
            sign_latin="Linen apron",
            description="水洗亚麻，两个大口袋，泥点一拍就掉。我们自己天天穿。\n"
            "Washed linen, two big pockets, clay comes off with a pat. We wear it every day.",
            options=(OptionSample("颜色", APRON_COLOURS), OptionSample("款式", APRON_LENGTHS)),
            skus=tuple(
                SkuSample(f"{colour} {length}", 12900 + 2000 * longer, 80, 420, (colour, length))
                for colour in APRON_COLOURS
                for longer, length in enumerate(APRON_LENGTHS)
            ),
        ),
    ),
)

HOSTS = (YUE, ZHOU)

VISITOR = ViewerSample("13800000001", "小丹")

OPERATOR = ViewerSample("13700000001", "小店平台")

AUDIENCE = tuple(
    ViewerSample(f"138000001{number:02d}", name)
    for number, name in enumerate(
        (
            "晓雯",
            "大连老王",
            "Mia",
            "橙子妈妈",
            "阿哲",
            "东北大姐",
            "Lucas",
            "小鱼儿",
            "青禾",
            "陈陈",
            "北北",
            "Grandma Li",
        )
    )
)

REGIONS = (
    "辽宁省 大连市 中山区",
    "上海市 徐汇区",
    "四川省 成都市 武侯区",
    "广东省 深圳市 南山区",
    "浙江省 杭州市 西湖区",
)

GREETINGS = (
    "来了来了",
    "主播晚上好！",
    "从上海来的",
    "老粉报到",
    "第一次进来，看着真新鲜",
    "hello from Dalian!",
    "今天有优惠吗",
    "终于等到开播",
    "刚下班，正好赶上",
    "朋友推荐来的",
    "good evening everyone",
    "带着我妈一起看",
    "今天人真多",
    "先点个赞",
)

REMARKS: dict[str, tuple[str, ...]] = {
    "strawberries": (
        "这个草莓好大一颗",
        "上次买的三斤两天就吃完了",
        "能发到成都吗？",
        "会不会压坏呀",
        "坏果真的包赔，上次赔我了",
        "价格比超市便宜",
        "those look so sweet",
        "拍了五斤礼盒送我妈",
    ),
    "jam": (
        "没有添加剂吗",
        "配吐司绝了",
        "甜不甜呀，怕太腻",
        "我家早餐天天吃这个",
        "three jars, please!",
        "冰糖熬的就是不一样",
    ),
    "crisps": ("孩子特别爱吃", "是整颗的吗", "配酸奶好吃", "没加糖放心", "already on my third bag", "办公室囤起来"),
    "blueberries": (
        "果霜好厚，新鲜",
        "一盒多少克？",
        "好大的果",
        "keeps how long in the fridge?",
        "上次的特别甜",
        "放冰箱能放几天",
    ),
    "cup": ("这个青花画得真细", "可以配个礼盒吗", "beautiful brushwork", "每只都不一样，喜欢"),
    "teapot": ("这个颜色太温柔了", "断水干净吗", "the glaze is gorgeous", "和我的茶盘很配"),
    "apron": ("这个靛蓝好看", "长款能盖到膝盖吗", "linen looks so soft", "做饭也能穿"),
    "vase": ("柿柿如意，好寓意", "送长辈合适", "插一枝梅花肯定好看", "how tall is it?"),
}

AFTER_BUYING = ("拍好啦", "已付款，坐等发货", "刚下单，求早点发", "bought one!", "又来回购了", "冲了冲了")
