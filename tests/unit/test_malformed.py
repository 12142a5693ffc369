"""Who fills in a form reads what is wrong in their own language, not what the decoder says to programs."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from xiaodian.edge.problems import MalformedRequestError, to_problem


class Form(msgspec.Struct):
    """A value of each kind that forms of ours ask for."""

    days: Annotated[int, Meta(ge=1, le=3650)] = 1
    spent_minor: Annotated[int, Meta(ge=1, le=10_000_000_000)] = 1
    share_bp: Annotated[int, Meta(ge=50, le=10_000)] = 50
    weight: Annotated[float, Meta(gt=0, lt=2.5)] = 1
    name: Annotated[str, Meta(min_length=1, max_length=20)] = "x"
    code: Annotated[str, Meta(min_length=3)] = "abc"
    tags: Annotated[list[str], Meta(max_length=10)] = []
    at_ms: Annotated[int, Meta(ge=0)] = 0


@pytest.mark.parametrize(
    ("sent", "field", "zh", "en"),
    [
        ('{"days":0}', "days", "至少是 1。", "This must be at least 1."),
        ('{"days":4000}', "days", "最大是 3,650。", "This must be at most 3,650."),
        ('{"spent_minor":0}', "spent_minor", "至少是 0.01。", "This must be at least 0.01."),
        ('{"spent_minor":10000000001}', "spent_minor", "最大是 100,000,000。", "This must be at most 100,000,000."),
        ('{"share_bp":10}', "share_bp", "至少是 0.5。", "This must be at least 0.5."),
        ('{"weight":0}', "weight", "要大于 0。", "This must be more than 0."),
        ('{"weight":3}', "weight", "要小于 2.5。", "This must be less than 2.5."),
        ('{"name":""}', "name", "请填写。", "This must not be empty."),
        (f'{{"name":"{"名" * 21}"}}', "name", "最多 20 个字。", "At most 20 characters, please."),
        ('{"code":"ab"}', "code", "至少要 3 个字。", "At least 3 characters, please."),
        (f'{{"tags":{["a"] * 11}}}'.replace("'", '"'), "tags", "最多 10 项。", "At most 10 of these, please."),
        ('{"days":null}', "days", "请填写。", "This must not be empty."),
    ],
)
def test_a_value_out_of_bounds_is_refused_in_words_and_in_the_unit_in_which_it_was_typed(
    sent: str, field: str, zh: str, en: str
) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(sent, type=Form)
    error = MalformedRequestError(field=field, detail=str(refused.value))
    assert (to_problem(error, "zh").title, to_problem(error, "en").title) == (zh, en)
    assert error.params["detail"] == str(refused.value)


@pytest.mark.parametrize(("sent", "field"), [('{"days":"a"}', "days"), ('{"at_ms":-1}', "at_ms"), ('{"days":0}', None)])
def test_what_only_a_program_can_get_wrong_is_told_as_programs_read_it(sent: str, field: str | None) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(sent, type=Form)
    problem = to_problem(MalformedRequestError(field=field, detail=str(refused.value)), "en")
    assert str(refused.value) in problem.title
