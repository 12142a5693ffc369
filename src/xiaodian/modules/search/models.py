"""Rows of this module's tables, private to it."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What can be found."""

    PRODUCT = "product"
    CREATOR = "creator"
    VIDEO = "video"
    TOPIC = "topic"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of something that can be found."""

    kind: Kind
    doc_id: str
    title: str
    """The words by which people look for it first."""
    names: str = ""
    """Who made it or sells it, and its topics."""
    more: str = ""
    """What else may be looked for: variants, category, attributes."""
    weight: float = 1.0
    """How much it matters among others that fit as well; 1 is ordinary."""
