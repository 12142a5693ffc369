"""Numbers in speech: what they count, what they cost, and which of them are numbers of the bag."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "幺": 1, "仨": 3}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
with (Path(__file__).parent / "lexicon/numbers.toml").open("rb") as _file:
    _TABLES = tomllib.load(_file)


def _units(lang: str) -> dict[str, str]:
    return {written: unit for unit, forms in _TABLES[lang]["units"].items() for written in forms.split()}


def _words(name: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + n * step for n, word in enumerate(_TABLES["en"][name].split())}


_UNITS, _ENGLISH_UNITS = _units("zh"), _units("en")
_ENGLISH = _words("ones", 0) | _words("tens", 20, 10)
_ORDINALS = _words("ordinals", 1)
_D = "[一二三四五六七八九两幺俩]"
_NUM = (
    rf"(?:[0-9]+(?:\.[0-9]+)?|(?:[零〇]|{_D}){{2,}}(?![十百千万零])"
    rf"|(?=[一二三四五六七八九两幺俩十])(?:{_D}万)?(?:零?{_D}千)?(?:零?{_D}百)?(?:零?{_D}?十)?(?:零?{_D})?)(?:点(?:零|{_D})+)?"
)
"""Where one number ends and the next begins without a pause, the place values tell: 八十九八十毫升 is 89 and 80 ml."""
_QUANTITY = re.compile(rf"({_NUM}|半)({'|'.join(sorted(_UNITS, key=len, reverse=True))})(半)?(?!钱|号)")
_MEASURED = frozenset(("米", "升", "公斤", "斤"))
_TENTH = re.compile(rf"[1-9一二三四五六七八九](?![十百千万0-9点]|{'|'.join(_UNITS)})")
_PRICE = re.compile(
    rf"({_NUM})(?:块|元|米(?!长|宽|高|床|的|厚|大)|圆)(?:钱)?(?:({_NUM})(?:毛|角)?(?!{'|'.join('个件盒袋斤包支双条')}))?"
)
_BARE = re.compile(_NUM)
_NOT_A_PRICE_AFTER = set("号年月点分小天岁日楼栋届倍") | (
    {unit[0] for unit in _UNITS} - {"个", "块", "米", "条", "只", "件"}
)
_ENGLISH_PRICE = re.compile(r"[$£€] ?(\d+(?:\.\d+)?)")

_MARK = re.compile(rf"({_NUM})(?=([\u4e00-\u9fffa-z]))")
_YEAR = re.compile(r"(?<!\d)(?:19|20)(\d\d)(?!\d)")

# A number of the bag, by how sure its form is; what speaks against it stands around it.
_SURE = re.compile(
    rf"({_NUM})号?(?:链接|连接|链|宝贝|小黄车|商品|品(?!牌)|袋子里)|(?:链接|连接)({_NUM})(?!{'|'.join('个位块')})|第({_NUM})个?(?:链接|连接|号链)"
    rf"|(?:小黄车|购物车|袋子|车里|车上)(?:里|的|上)?第?({_NUM})(?:号|个)"
)
_LIKELY = re.compile(rf"({_NUM})号(?!{'|'.join(_TABLES['zh']['not_bag_after'])})")
_BEFORE_DATES = re.compile(rf"(?:{'|'.join(_TABLES['zh']['not_bag_before'])})$")
_ENGLISH_NUM = rf"([a-z]+(?: (?:{'|'.join(list(_ENGLISH)[1:10])}))?|\d+)\b"
_ENGLISH_SURE = re.compile(rf"(?:\b(?:link|item|lot|slot|product)s?(?: number| no\.?)?|#) ?{_ENGLISH_NUM}")
_ENGLISH_LIKELY = re.compile(rf"\b(?:number|no\.?) ?{_ENGLISH_NUM}")
_ENGLISH_ORDINAL = re.compile(
    rf"\b({'|'.join(_ORDINALS)}) "
    r"(?:link|item in|one in the (?:bag|cart|list)|in the (?:bag|cart)|item|product|lot)\b"
)
_ENGLISH_OTHERS_AFTER = re.compile(rf"^ (?:{'|'.join(_TABLES['en']['not_bag_after'])})")
_ENGLISH_OTHERS_BEFORE = re.compile(rf"(?:{'|'.join(_TABLES['en']['not_bag_before'])})$")


@dataclass(frozen=True, slots=True)
class BagNumber:
    """A number that may be one of the bag."""

    number: int
    start: int
    end: int
    is_sure: bool
    """Said with "link" or the like; else it may be a date or an address after all."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity with its unit, or a price in minor units (unit "")."""

    value: float
    unit: str
    start: int
    end: int


def read_number(text: str) -> float | None:
    """The value of digits or Chinese numerals: 39.9, 三十九, 一百二, 两千三百, 一三九, 三点五."""
    if not text:
        return None
    if text[0].isdecimal() and text.isascii():
        return float(text) if len(text) <= 12 else None
    whole, dot, fraction = text.partition("点")
    value = _read_han(whole)
    if value is None or not dot:
        return value
    digits = "".join(str(_HAN_DIGITS.get(c, "")) for c in fraction)
    return float(f"{int(value)}.{digits}") if digits else value


def _read_han(text: str) -> float | None:
    if len(text) > 12 or not text:
        return None
    if all(c in _HAN_DIGITS for c in text):
        return float("".join(str(_HAN_DIGITS[c]) for c in text))
    total, section, digit, unit = 0, 0, 0, 1
    for c in text:
        if c in _HAN_DIGITS:
            digit, unit = _HAN_DIGITS[c], (1 if c in "零〇" else unit)
        elif c == "万":
            total, section, digit, unit = (total + section + digit) * 10_000, 0, 0, 10_000
        elif c in _HAN_TENS:
            section += (digit or 1) * _HAN_TENS[c]
            digit, unit = 0, _HAN_TENS[c]
        else:
            return None
    # 一百二 is 120, 两千三 is 2300: a last digit counts the place below, unless a zero stands between.
    return float(total + section + (digit * unit // 10 if digit and unit > 10 else digit))


def han_amounts(text: str) -> list[Amount]:
    """Quantities in Chinese text."""
    found = []
    for match in _QUANTITY.finditer(text):
        value = 0.5 if match[1] == "半" else read_number(match[1])
        if value is not None:
            unit = _UNITS[match[2]]
            # 五米四 is 5.4 m.
            tenth = _TENTH.match(text, match.end()) if unit in _MEASURED and value == int(value) else None
            value = round(value + (0.5 if match[3] else int(read_number(tenth[0]) or 0) / 10 if tenth else 0), 2)
            found.append(Amount(value, unit, match.start(), tenth.end() if tenth else match.end()))
    return found


def han_marks(text: str) -> list[Amount]:
    """Numbers with the syllable after them, whatever it counts: 28调, and years by their last two figures."""
    found = [Amount(float(year[1]), "年", year.start(), year.end()) for year in _YEAR.finditer(text)]
    for match in _MARK.finditer(text):
        value = read_number(match[1])
        if value is None or any(year.start <= match.start() < year.end for year in found):
            continue
        found.append(Amount(value % 100 if match[2] == "年" else value, match[2], match.start(), match.end() + 1))
    return found


def han_prices(text: str) -> list[Amount]:
    """What may be prices in Chinese text, in minor units: with 块 or 元, or bare where nothing else is counted."""
    found = []
    for match in _PRICE.finditer(text):
        value = read_number(match[1])
        if value is None:
            continue
        rest = read_number(match[2]) if match[2] else None
        cents = 0.0 if rest is None or rest >= 100 else rest * (10 if rest < 10 and len(match[2]) == 1 else 1)
        found.append(Amount(float(round(value * 100 + cents)), "", match.start(), match.end()))
    known = [(item.start, item.end) for item in found]
    for match in _BARE.finditer(text):
        if any(start <= match.start() < end for start, end in known):
            continue
        value = read_number(match[0])
        if value is None or value < 9 or text[match.end() : match.end() + 1] in _NOT_A_PRICE_AFTER:
            continue
        found.append(Amount(float(round(value * 100)), "", match.start(), match.end()))
        # 两九九 is 29.90 as often as 299.
        if len(match[0]) == 3 and 100 <= value < 1000 and not set(match[0]) & set("十百"):
            found.append(Amount(float(round(value * 10)), "", match.start(), match.end()))
    return found


def han_bag_numbers(text: str) -> list[BagNumber]:
    """Numbers of the bag in Chinese text, dates and addresses aside."""
    found: dict[int, BagNumber] = {}
    for pattern, is_sure in ((_SURE, True), (_LIKELY, False)):
        for match in pattern.finditer(text):
            group = next(group for group in match.groups() if group)
            value = read_number(group)
            if value is None or value != int(value) or match.start() in found:
                continue
            if not is_sure and _BEFORE_DATES.search(text[max(0, match.start() - 8) : match.start()]):
                continue
            if is_sure and match[1] and "号" not in match[0] and len(match[0]) < 3:
                continue
            found[match.start()] = BagNumber(int(value), match.start(), match.end(), is_sure)
    return sorted(found.values(), key=lambda number: number.start)


@lru_cache(maxsize=4_096)
def read_english(text: str) -> int | None:
    """Digits or number words up to ninety nine."""
    if text.isdecimal():
        return int(text) if len(text) <= 6 else None
    first, _, second = text.partition(" ")
    value = _ENGLISH.get(first)
    if value is None:
        return None
    more = _ENGLISH.get(second) if second else None
    return value + more if more is not None and value >= 20 and more < 10 else value


def english_bag_numbers(text: str) -> list[BagNumber]:
    """Numbers of the bag in English text, fans and rules aside."""
    found: dict[int, BagNumber] = {}
    for pattern, is_sure in ((_ENGLISH_SURE, True), (_ENGLISH_LIKELY, False)):
        for match in pattern.finditer(text):
            value = read_english(match[1])
            if value is None or any(number.start <= match.start() < number.end for number in found.values()):
                continue
            if _ENGLISH_OTHERS_AFTER.match(text[match.end() :]) or _ENGLISH_OTHERS_BEFORE.search(
                text[: match.start()].rstrip()
            ):
                continue
            found[match.start()] = BagNumber(value, match.start(), match.end(), is_sure)
    for match in _ENGLISH_ORDINAL.finditer(text):
        found.setdefault(match.start(), BagNumber(_ORDINALS[match[1]], match.start(), match.end(), False))
    return sorted(found.values(), key=lambda number: number.start)


def english_amounts(text: str) -> tuple[list[Amount], list[Amount]]:
    """Quantities and prices in English text."""
    quantities, prices = [], []
    for match in _ENGLISH_PRICE.finditer(text):
        prices.append(Amount(float(round(float(match[1]) * 100)), "", match.start(), match.end()))
    for value, start, end in _english_numbers(text):
        after = re.match(r"[ ]?([a-z]+)", text[end:])
        word = (
            after[1].rstrip("s")
            if after and after[1] not in {"inches", "feet"}
            else {"inches": "inch"}.get(after[1] if after else "", "")
        )
        if word in {"dollar", "buck", "quid", "euro", "pound"} or word in {"ninety", "cent"}:
            prices.append(Amount(float(round(value * 100)), "", start, end))
        if word in _ENGLISH_UNITS:
            quantities.append(Amount(value, _ENGLISH_UNITS[word], start, end))
        elif word not in {"dollar", "buck", "quid", "euro", *_TABLES["en"]["not_priced"].split()} and value >= 10:
            prices.append(Amount(float(round(value * 100)), "", start, end))
    return quantities, prices


def _english_numbers(text: str) -> list[tuple[float, int, int]]:
    """Numbers in figures or words; "twenty four ninety nine" is 24.99, "one hundred and twenty" is 120."""
    found: list[tuple[float, int, int]] = []
    tokens = [(match[0], match.start(), match.end()) for match in re.finditer(r"[a-z]+|\d+(?:\.\d+)?", text)]
    index = 0
    while index < len(tokens):
        word, start, end = tokens[index]
        if word[0].isdecimal():
            found.append((float(word), start, end) if len(word) <= 12 else (0.0, start, end))
            index += 1
            continue
        value, stop = _spoken(tokens, index)
        if stop == index:
            index += 1
            continue
        end = tokens[stop - 1][2]
        rest, rest_stop = _spoken(tokens, stop)
        if rest_stop > stop and 10 <= rest < 100 and tokens[stop][1] == end + 1:
            found.append((value + rest / 100, start, tokens[rest_stop - 1][2]))
            # "one sixty eight", "two ninety": hundreds without the word.
            if value < 10:
                found.append((value * 100 + rest, start, tokens[rest_stop - 1][2]))
            stop = rest_stop
        else:
            found.append((value, start, end))
        index = stop
    return found


def _spoken(tokens: list[tuple[str, int, int]], index: int) -> tuple[float, int]:
    total, stop, last = 0, index, 0
    while stop < len(tokens):
        word = tokens[stop][0]
        if word in _ENGLISH:
            value = _ENGLISH[word]
            if stop > index and not (last >= 20 and last < 100 and value < 10) and last != 100:
                break
            total, last = total + value, value
        elif word in {"hundred", "thousand"} and (stop > index or (index > 0 and tokens[index - 1][0] == "a")):
            total, last = max(total, 1) * (100 if word == "hundred" else 1000), 100
        elif word == "and" and last == 100 and stop + 1 < len(tokens) and tokens[stop + 1][0] in _ENGLISH:
            pass
        else:
            break
        stop += 1
    return float(total), stop


def count_figures(text: str, lang: str) -> int:
    """How many numbers of two and more figures, or with a unit, the text has."""
    if lang == "zh":
        return sum(
            1 for found in _BARE.finditer(text) if len(found[0]) > 1 or text[found.end() : found.end() + 1] in _UNITS
        )
    return sum(1 for value, _, _ in _english_numbers(text) if value > 1)
