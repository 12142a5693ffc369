"""Make documents anew from what their modules say now; what is not to be found any more is taken out."""

import math
from collections.abc import Collection, Iterable, Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import Product, ProductId, ProductState
from xiaodian.contracts.content import VideoId, VideoState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.search.models import Document, Kind
from xiaodian.modules.search.text_rules import heard_words, index_tokens, latin_words
from xiaodian.modules.shops import api as shops

AT_ONCE = 500


async def index_products(connection: Connection, product_ids: Sequence[ProductId]) -> None:
    """Products on sale in open shops are found; by their words, their shop's and their variants'."""
    products = [one for one in await catalog.get_products(connection, product_ids) if _is_on_sale(one)]
    owners = await shops.get_shops(connection, list({product.shop_id for product in products}))
    documents = []
    for product in products:
        shop = owners[product.shop_id]
        if shop.is_open and not shop.is_sandbox:
            variants = (sku.name for sku in product.skus)
            values = (attribute.value for attribute in product.attributes)
            documents.append(
                Document(
                    kind=Kind.PRODUCT,
                    doc_id=str(product.product_id),
                    title=product.title,
                    names=shop.name,
                    more=" ".join((*variants, *values)),
                )
            )
    await _write(connection, Kind.PRODUCT, map(str, product_ids), documents)


async def index_videos(connection: Connection, video_ids: Sequence[VideoId]) -> None:
    """Published videos are found by their title, topics, creator and goods; so are their creators and topics."""
    infos = await content.get_videos(connection, video_ids)
    shown = [info for info in infos.values() if info.state is VideoState.PUBLISHED]
    creators = await accounts.get_accounts(connection, list({info.creator_id for info in shown}))
    goods = await catalog.get_products(connection, list({one for info in shown for one in info.product_ids}))
    titles = {product.product_id: product.title for product in goods if _is_on_sale(product)}
    documents = [
        Document(
            kind=Kind.VIDEO,
            doc_id=str(info.video_id),
            title=info.title,
            names=" ".join((creators[info.creator_id].display_name, *info.topics)),
            more=" ".join(titles.get(product_id, "") for product_id in info.product_ids),
        )
        for info in shown
    ]
    await _write(connection, Kind.VIDEO, map(str, video_ids), documents)


async def index_creators(connection: Connection, account_ids: Collection[AccountId]) -> None:
    """Who publishes, hosts, sells or has fans is found by name, and by that of the own shop."""
    documents = []
    found = await accounts.get_accounts(connection, sorted(account_ids))
    for account_id, account in found.items():
        shop = await shops.find_shop_of(connection, account_id)
        fans = await content.count_fans(connection, account_id)
        documents.append(
            Document(
                kind=Kind.CREATOR,
                doc_id=str(account_id),
                title=account.display_name,
                names=shop.name if shop is not None and shop.is_open and not shop.is_sandbox else "",
                weight=1 + math.log10(1 + fans),
            )
        )
    await _write(connection, Kind.CREATOR, map(str, account_ids), documents)


async def index_topics(connection: Connection, topics: Collection[str]) -> None:
    """Topics of published videos are found; the more videos they have, the earlier."""
    counts = await content.count_topics(connection, topics)
    documents = [
        Document(kind=Kind.TOPIC, doc_id=topic, title=topic, weight=1 + math.log10(1 + count))
        for topic, count in counts.items()
        if count
    ]
    await _write(connection, Kind.TOPIC, topics, documents)


async def index_shop(connection: Connection, shop_id: ShopId) -> None:
    """A shop has another name, or is open or closed now: its owner and all its products are made anew."""
    shop = await shops.get_shop(connection, shop_id)
    await index_creators(connection, [shop.owner_id])
    after: ProductId | None = None
    while products := await catalog.list_products_after(connection, shop_id, after=after, limit=AT_ONCE):
        await index_products(connection, [product.product_id for product in products])
        after = products[-1].product_id


def _is_on_sale(product: Product) -> bool:
    return product.state is ProductState.ON_SALE


async def _write(connection: Connection, kind: Kind, asked: Iterable[str], documents: Sequence[Document]) -> None:
    """Those asked for that make no document any more go. Written in the order of their ids, as locks are taken."""
    kept = sorted(documents, key=lambda document: document.doc_id)
    gone = sorted({*asked} - {document.doc_id for document in kept})
    await connection.execute("DELETE FROM search.document WHERE kind = $1 AND doc_id = ANY($2::text[])", kind, gone)
    await connection.execute(
        """
        INSERT INTO search.document (kind, doc_id, tokens, weight)
        SELECT $1, made.doc_id, made.tokens::tsvector, made.weight
        FROM unnest($2::text[], $3::text[], $4::real[]) AS made (doc_id, tokens, weight)
        ON CONFLICT (kind, doc_id) DO UPDATE SET tokens = excluded.tokens, weight = excluded.weight
        """,
        kind,
        [document.doc_id for document in kept],
        [index_tokens(document) for document in kept],
        [document.weight for document in kept],
    )
    words: dict[str, str | None] = {sound: word for one in kept for sound, word in heard_words(one).items()}
    words |= dict.fromkeys(word for one in kept for word in latin_words(one))
    await connection.execute(
        """
        INSERT INTO search.word (word, shown) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
        """,
        sorted(words),
        [words[word] for word in sorted(words)],
    )
