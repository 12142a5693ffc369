"""The door of integrations: nothing is above it but the composition root, which wires what a process keeps."""

from xiaodian.modules.integrations.cursors import Cursors

__all__ = ["Cursors"]
