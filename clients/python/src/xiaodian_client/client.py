"""The client: every operation, over one connection pool, with a token that is renewed by itself."""

from types import TracebackType

from xiaodian_client.operations import Operations


class Xiaodian(Operations):
    """One shop, as far as its token reaches.

    with Xiaodian("https://shop.example", ClientCredentials(client_id, client_secret)) as shop:
        for order in shop.iter_orders(state="paid"):
            ...
    """

    def __enter__(self) -> "Xiaodian":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
