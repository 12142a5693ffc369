"""What segments of a shop's own say on the wire."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.fans import SegmentCode
from xiaodian.modules.fans.conditions.cel import MOST_CEL_CHARS
from xiaodian.modules.fans.conditions.fields import Field, Kind, Operator, Within

NAME_CHARS = 40


class ConditionInput(Input, frozen=True, kw_only=True):
    """A condition, either as JSON (`{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`, `{"field", "op", "value"}`) or
    as CEL.
    """

    condition: dict[str, Any] | None = None
    cel: Annotated[str, Meta(max_length=MOST_CEL_CHARS)] | None = None


class SegmentInput(ConditionInput, frozen=True, kw_only=True):
    """A segment as it shall be."""

    name: Annotated[Line, Meta(min_length=1, max_length=NAME_CHARS)]


class SampleFan(Contract, frozen=True, kw_only=True):
    """Somebody who meets a condition, so that one sees whether it says what was meant."""

    account_id: AccountId
    name: str
    """The first character alone."""
    segment: SegmentCode
    orders: int
    spent_minor: int


class ConditionCount(Contract, frozen=True, kw_only=True):
    """Who meets a condition now, and the condition in both its forms."""

    fans: int
    sample: list[SampleFan]
    condition: dict[str, Any]
    cel: str


class OwnSegment(Contract, frozen=True, kw_only=True):
    """A segment that a shop made itself."""

    segment_id: UUID
    name: str
    condition: dict[str, Any]
    cel: str
    fans: int | None
    """As counted then; null: counting took too long."""
    counted_at_ms: int | None
    changed_at_ms: int


class ConditionField(Contract, frozen=True, kw_only=True):
    """What can be asked of a fan."""

    name: str
    kind: Kind
    operators: list[Operator]
    within: Within
    """Whether `within_days` may or must be said."""
    choices: list[str]
    meaning: str


class ConditionFieldList(Contract, frozen=True, kw_only=True):
    """All that can be asked."""

    items: list[ConditionField]


def to_field(field: Field) -> ConditionField:
    """For builders."""
    return ConditionField(
        name=field.name,
        kind=field.kind,
        operators=list(field.operators),
        within=field.within,
        choices=list(field.choices),
        meaning=field.meaning,
    )
