"""What a condition can ask can also be clicked together: what is in CEL alone most shops do not have."""

import re
from pathlib import Path

from xiaodian.modules.fans.conditions.fields import FIELDS

VALUES = Path(__file__).parents[2] / "frontend/src/console/fans/segments/values.ts"


def test_every_field_of_conditions_is_offered_once_where_conditions_are_clicked_together() -> None:
    groups = VALUES.read_text(encoding="utf-8").partition("FIELD_GROUPS")[2]
    offered = [name for kinds in re.findall(r"kinds: \[([^\]]*)\]", groups) for name in re.findall(r'"(\w+)"', kinds)]
    assert sorted(offered) == sorted(field.name for field in FIELDS)
