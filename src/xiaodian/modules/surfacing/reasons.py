"""A cue's reason in words of the reader's language."""

from xiaodian.contracts.surfacing import CueReason
from xiaodian.edge.messages import translate


def explain(reason: CueReason, lang: str) -> str:
    """The sentence of the catalogue (area `surfacing`), its placeholders filled."""
    return translate(lang, "surfacing", f"reason.{reason.code}", reason.params)
