"""Add one text to the message catalogue in both languages: add_message.py AREA KEY ZH EN."""

import fcntl
import json
import sys
from pathlib import Path

MESSAGES = Path(__file__).parent.parent / "src/xiaodian/messages"


def add_message(area: str, key: str, texts: dict[str, str]) -> None:
    """Write the key into every language's file of the area, keys sorted."""
    for language, text in texts.items():
        path = MESSAGES / language / f"{area}.json"
        with path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            catalogue = json.load(file)
            catalogue[key] = text
            file.seek(0)
            file.write(json.dumps(dict(sorted(catalogue.items())), ensure_ascii=False, indent=2) + "\n")
            file.truncate()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    add_message(sys.argv[1], sys.argv[2], {"zh": sys.argv[3], "en": sys.argv[4]})
