"""A burst that the host answers without naming anything: a turn, unless it is put off."""

from xiaodian.modules.surfacing.engine.discourse import read_line
from xiaodian.modules.surfacing.engine.lexicon import load_lexicon
from xiaodian.modules.surfacing.engine.model import load_weights
from xiaodian.modules.surfacing.engine.spelling import normalise
from xiaodian.modules.surfacing.engine.unnamed import answers


def test_a_burst_that_is_put_off_is_no_turn() -> None:
    def weighed(text: str) -> float:
        return load_weights("zh").log_odds(
            answers(read_line(normalise(text, "zh"), load_lexicon("zh")), {}, 1.0, 0, is_after=False)
        )

    assert weighed("行行行你们都要看那就先来这个") > weighed("行行行你们都要看那等会儿再上")
