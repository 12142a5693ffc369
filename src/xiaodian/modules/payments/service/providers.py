"""Which payment providers there are."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.payments import PaymentProvider, UnknownProviderError
from xiaodian.edge.context import Records
from xiaodian.modules.payments.service.alipay import AlipayProvider
from xiaodian.modules.payments.service.sandbox import SandboxProvider
from xiaodian.modules.payments.service.stripe import StripeProvider
from xiaodian.modules.payments.service.wechat import WechatProvider
from xiaodian.settings import Settings


def make_real_providers(settings: Settings) -> list[PaymentProvider]:
    """Those through which real money comes. Raises BadSettingError if one of them is set up halfway."""
    providers: list[PaymentProvider] = []
    if WechatProvider.is_set_up(settings):
        providers.append(WechatProvider(settings))
    if AlipayProvider.is_set_up(settings):
        providers.append(AlipayProvider(settings))
    if StripeProvider.is_set_up(settings):
        providers.append(StripeProvider(settings))
    return providers


class Providers:
    """The payment providers of this installation, by name. One per process."""

    def __init__(self, ctx: Records) -> None:
        """Raises BadSettingError if one of them is set up halfway."""
        self.sandbox = SandboxProvider(ctx.database)
        """Always there, for sandbox shops; whether buyers are offered it is a setting."""
        self._offered: Sequence[PaymentProvider] = [
            *make_real_providers(ctx.settings),
            *([self.sandbox] if ctx.settings.sandbox_payments else []),
        ]
        self._by_name: Mapping[str, PaymentProvider] = {
            provider.name: provider for provider in (*self._offered, self.sandbox)
        }

    @property
    def names(self) -> Sequence[str]:
        """The providers there are."""
        return list(self._by_name)

    def list(self) -> Sequence[PaymentProvider]:
        """Those that buyers are offered, in this order."""
        return [*self._offered]

    def offer(self, name: str, method: str | None = None) -> PaymentProvider:
        """As `get`, for a buyer who chooses it. Raises UnknownProviderError."""
        if name not in {provider.name for provider in self._offered}:
            raise UnknownProviderError(field="provider")
        return self.get(name, method)

    def get(self, name: str, method: str | None = None) -> PaymentProvider:
        """The provider of this name, which must know this way to pay, if one is given. Raises UnknownProviderError."""
        if name not in self._by_name:
            raise UnknownProviderError(field="provider")
        provider = self._by_name[name]
        if method is not None and method not in provider.methods:
            raise UnknownProviderError(field="method")
        return provider

    def get_sandbox(self) -> SandboxProvider:
        """The sandbox with its cashier for buyers. Raises UnknownProviderError if they are not offered it."""
        if self.sandbox not in self._offered:
            raise UnknownProviderError(field="provider")
        return self.sandbox

    async def close(self) -> None:
        """Let go of the connections to all of them."""
        for provider in self._by_name.values():
            await provider.close()
