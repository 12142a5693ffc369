"""Small rooms for the engine's tests: a bag, and lines at their times."""

from xiaodian.contracts.surfacing import Bag, BagClick, BagProduct, Comment, Cue, Signal, Transcript
from xiaodian.modules.surfacing.api import Engine


def product(key: str, number: int, title: str, skus: tuple[str, ...] = (), price_minor: int = 0) -> BagProduct:
    """A product with stock."""
    return BagProduct(product_id=key, number=number, title=title, skus=skus, price_minor=price_minor, stock=100)


FRUIT = Bag(
    lang="zh",
    products=(
        product("strawberry", 1, "丹东99红颜草莓顺丰空运", ("3斤装", "5斤装"), 9900),
        product("strawberry-small", 2, "丹东红颜草莓尝鲜装", ("1斤装",), 3990),
        product("blueberry", 3, "云南高山蓝莓大果", ("4盒装",), 6900),
        product("cherry", 4, "智利进口车厘子JJJ级", ("2斤装",), 12800),
        product("orange", 5, "赣南脐橙产地直发", ("10斤装",), 4580),
    ),
)
SHOP = Bag(
    lang="en",
    products=(
        product("mug", 1, "Hand-thrown Stoneware Mug, Moss Glaze", ("350ml",), 2800),
        product("teapot", 2, "Cast Iron Teapot with Infuser", ("0.8 litre",), 5400),
        product("chamomile", 3, "Organic Chamomile Flowers Loose Leaf", ("80g",), 1250),
        product("earlgrey", 4, "Earl Grey Supreme Black Tea", ("100g", "250g"), 1400),
        product("honey", 5, "Raw Heather Honey", ("340g jar",), 1600),
    ),
)


def say(*lines: str, every_ms: int = 7_000, since_ms: int = 10_000) -> list[Signal]:
    """Lines of speech, one after the other."""
    return [Transcript(t_ms=since_ms + every_ms * index, text=line) for index, line in enumerate(lines)]


def write(t_ms: int, account: str, text: str) -> Comment:
    """A viewer's comment."""
    return Comment(t_ms=t_ms, account=account, text=text)


def opens(*accounts: str, product_id: str, since_ms: int = 10_500) -> list[Signal]:
    """Viewers who open a product in the bag, a little after each other."""
    return [
        BagClick(t_ms=since_ms + 150 * index, account=account, product_id=product_id)
        for index, account in enumerate(accounts)
    ]


def hear(bag: Bag, signals: list[Signal]) -> list[Cue]:
    """All cues of a new engine."""
    engine = Engine(bag)
    return [cue for signal in signals for cue in engine.take(signal)]


def shown(bag: Bag, *lines: str) -> list[str]:
    """Which products came up with these lines."""
    return [cue.product_id for cue in hear(bag, say(*lines))]
