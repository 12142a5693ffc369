"""Which payment providers there are."""

from collections.abc import Mapping

from xiaodian.contracts.payments import PaymentProvider, UnknownProviderError
from xiaodian.edge.context import Context
from xiaodian.modules.payments.service.sandbox import SandboxProvider


class Providers:
    """The payment providers of this installation, by name. One per process."""

    def __init__(self, ctx: Context) -> None:
        self._sandbox = SandboxProvider(ctx.database) if ctx.settings.sandbox_payments else None
        providers: list[PaymentProvider] = [self._sandbox] if self._sandbox else []
        self._by_name: Mapping[str, PaymentProvider] = {provider.name: provider for provider in providers}

    def get(self, name: str) -> PaymentProvider:
        """The provider of this name. Raises UnknownProviderError."""
        if name not in self._by_name:
            raise UnknownProviderError(field="provider")
        return self._by_name[name]

    def get_sandbox(self) -> SandboxProvider:
        """The sandbox with its cashier. Raises UnknownProviderError if this installation has none."""
        if self._sandbox is None:
            raise UnknownProviderError(field="provider")
        return self._sandbox
