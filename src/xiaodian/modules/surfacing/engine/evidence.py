"""Turns a line, what it names and the state of the talk into evidence: named quantities that the model weighs."""

from collections.abc import Mapping
from dataclasses import dataclass

from xiaodian.modules.surfacing.engine.belief import INTRODUCTION_MS, Dialogue
from xiaodian.modules.surfacing.engine.discourse import Reading, is_corrected_to, is_denied
from xiaodian.modules.surfacing.engine.matching import Match
from xiaodian.modules.surfacing.engine.recent import Line, gather_recent
from xiaodian.modules.surfacing.engine.turning import Openings

_NAMES = ("name", "sound", "head", "sku")
_NUMBERS = ("number", "likely_number")
_OWN_ACTS = (
    "later",
    "declining",
    "story",
    "elsewhere",
    "comparing",
    "question",
    "passing",
    "recap",
    "gone",
    "greeting",
    "listing",
    "selling",
    "describing",
    "handling",
    "fetching",
    "return",
)
_LINE_ACTS = (
    "later",
    "declining",
    "story",
    "elsewhere",
    "comparing",
    "question",
    "passing",
    "recap",
    "gone",
    "greeting",
    "selling",
    "describing",
    "handling",
    "fetching",
    "return",
    "close",
)
_COUNTED_ACTS = ("attributive", "negating", "done", "modal", "pointing", "pronoun", "particle")
_REACHING_ACTS = ("declining", "later", "gone", "elsewhere", "story")
_LINGERING_ACTS = ("story", "elsewhere", "listing", "recap", "question", "later")
_OPENING_ACTS = ("present", "deixis", "handling", "pointing", "return", "heard")
MOST_COUNTED = 4
BURST_LEVEL = 0.6
LATE_MS = 9_000
"""Later than this after it may have begun, a presenting is under way."""
LINGER_MS = 12_000
"""So long a tale, a list or a question goes on in the lines after it."""
FLIP_MS = 60_000
"""Who left a product so lately is not likely to be back without saying so."""
_NAMED = 0.9
"""From this score on a product counts as named by a line."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a decision about one line may look at."""

    t_ms: int
    reading: Reading
    matches: Mapping[str, Match]
    dialogue: Dialogue
    recent: list[Line]
    asked: Mapping[str, float]
    asked_ms: Mapping[str, int | None]
    """When somebody last asked for it."""
    figures: int
    """How many numbers the line has."""
    numbers: Mapping[str, int]
    """Of the bag."""
    near: int
    """How many characters are "just before" in this language."""
    turn: float
    """How likely the line turns to something."""
    openings: Openings
    """The lines since the last card that may have turned to something."""


def gather(scene: Scene, product_id: str) -> dict[str, float]:
    """Evidence for and against "the host turns to this product with this line"."""
    match = scene.matches[product_id]
    evidence = _of_match(scene, product_id, match)
    evidence |= _of_speech(scene, match)
    evidence |= _of_scope(scene, product_id, match)
    evidence |= _of_state(scene, product_id)
    evidence |= _of_turn(scene, product_id)
    evidence |= gather_recent(scene.recent, scene.matches, product_id)
    evidence |= _of_clarity(scene.reading, evidence)
    evidence |= _of_lateness(scene, product_id, evidence)
    return {code: value for code, value in evidence.items() if value}


def _of_lateness(scene: Scene, product_id: str, so_far: Mapping[str, float]) -> dict[str, float]:
    """Details come after the opening; with none but details, what they belong to may have begun long ago."""
    is_detail = so_far["name"] < 0.6 and so_far["sound"] < 0.6 and not so_far["number"] and not so_far["likely_number"]
    in_time = scene.openings.in_time(product_id, scene.t_ms, scene.turn)
    return {
        "detail_alone": float(is_detail),
        "detail_silent": so_far["other_silent"] * is_detail,
        "opens": scene.turn,
        "in_time": in_time,
        "in_time_detail": in_time * is_detail,
    }


def _of_match(scene: Scene, product_id: str, match: Match) -> dict[str, float]:
    rivals = [other.score for key, other in scene.matches.items() if key != product_id]
    margin = match.score - max(rivals, default=0.0)
    named = sum(1 for key, other in scene.matches.items() if key != product_id and _is_named_apart(other, match))
    name, price, size = match.worth(*_NAMES), match.worth("price"), match.worth("size")
    kinds = (name >= 0.5) + (price > 0) + (size > 0) + (match.worth("number", "likely_number") > 0)
    return {
        "name": min(match.worth("name"), 3.0),
        "sound": min(match.worth("sound"), 2.0),
        "head": min(match.worth("head"), 0.5),
        "size_word": min(match.worth("size_word"), 0.6),
        "sku": min(match.worth("sku"), 1.1),
        "number": min(match.worth("number"), 2.2) / 2.2,
        "likely_number": min(match.worth("likely_number"), 1.3) / 1.3,
        "price": min(price, 1.1),
        "number_first": _number_before_name(match),
        "number_leads": float(any(part.start <= scene.near // 2 for part in match.parts if part.kind in _NUMBERS)),
        "price_alone": float(price > 0 and name < 0.5 and not match.worth("number", "likely_number")),
        "sound_alone": float(match.worth("sound") > 0 and match.worth("sound") >= match.score - 0.1),
        "near_price": min(match.worth("near_price"), 0.5),
        "size": min(size, 1.2),
        "detail": float(min(len(match.parts), 5) - 1),
        "two_kinds": float(kinds >= 2),
        "three_kinds": float(kinds >= 3),
        "margin": max(-1.5, min(margin, 2.5)),
        "tied": float(margin < 0.3),
        "rivals": float(min(named, 2)),
        "many": float(named >= 2),
    }


def _number_before_name(match: Match) -> float:
    """1: "number five, the walnuts" opens; -1: "the walnuts are number five" answers; 0: no number, or nothing else."""
    numbers = [part.start for part in match.parts if part.kind in _NUMBERS]
    rest = [part.start for part in match.parts if part.kind in {*_NAMES, "price", "size"}]
    return 0.0 if not numbers or not rest else 1.0 if min(numbers) < min(rest) else -1.0


def _is_named_apart(other: Match, match: Match) -> bool:
    """Whether the other is named by something else than what names this one."""
    apart = [
        part
        for part in other.parts
        if part.kind not in {"size", "near_price"}
        and not any(own.start < part.end and part.start < own.end for own in match.parts)
    ]
    return sum(part.worth for part in apart) >= _NAMED


def _of_speech(scene: Scene, match: Match) -> dict[str, float]:
    reading, anchor = scene.reading, match.anchor
    clause = reading.clause_at(anchor.start)
    opening = reading.last_before("present", anchor.start + 1)
    distance = None if opening is None else max(anchor.start - opening[1], 0)
    evidence: dict[str, float] = {
        "present_near": float(distance is not None and distance <= scene.near),
        "present_before": float(distance is not None and distance > scene.near),
        "present_after": float(any(start > anchor.start for start, _ in reading.acts.get("present", ()))),
        "deixis_near": float(_is_pointed_at(reading, match, scene.near)),
        "deixis_line": float(reading.has("deixis")),
        "first": float(anchor.start <= scene.near // 2),
        "late_in_line": anchor.start / max(len(reading.text), 1),
        "short": float(len(reading.text) < 2 * scene.near),
        "long": float(len(reading.text) > 5 * scene.near),
        "denied": float(is_denied(reading, anchor.start, scene.near)),
        "denied_part": float(_is_partly_denied(scene, match)),
        "corrected": float(is_corrected_to(reading, anchor.start, scene.near)),
        "change_before": float(any(start < anchor.start for start, _ in reading.acts.get("change", ()))),
        "change_after": float(any(start > anchor.start for start, _ in reading.acts.get("change", ()))),
    }
    for act in _COUNTED_ACTS:
        evidence[act] = float(min(len(reading.acts.get(act, ())), MOST_COUNTED)) / MOST_COUNTED
    evidence["figures"] = float(min(scene.figures, MOST_COUNTED)) / MOST_COUNTED
    for act in _OWN_ACTS:
        evidence[f"{act}_here"] = float(reading.has(act, clause))
    for act in _LINE_ACTS:
        evidence[f"{act}_line"] = float(reading.has(act) and not reading.has(act, clause))
    return evidence


def _is_partly_denied(scene: Scene, match: Match) -> bool:
    """Whether a "not" reaches something else that names it: "the big walnuts, not the little mountain walnuts"."""
    anchor = match.anchor
    return not is_denied(scene.reading, anchor.start, scene.near) and any(
        is_denied(scene.reading, part.start, scene.near) for part in match.parts if part.kind in _NAMES
    )


def _is_pointed_at(reading: Reading, match: Match, near: int) -> bool:
    return any(
        0 <= part.start - end <= near // 2 or start <= part.start < end
        for part in match.parts
        if part.kind in _NAMES
        for start, end in reading.acts.get("deixis", ())
    )


def _of_state(scene: Scene, product_id: str) -> dict[str, float]:
    dialogue, t_ms = scene.dialogue, scene.t_ms
    age = (t_ms - dialogue.since_ms) / 1000
    is_same, is_other = dialogue.current == product_id, dialogue.current not in (None, product_id)
    silence = (t_ms - dialogue.touched_ms) / 1000
    rested = t_ms - dialogue.shown_ms[product_id] > 40_000 if product_id in dialogue.shown_ms else False
    return {
        "bias": 1.0,
        "same": float(is_same),
        "same_silent": min(silence / 40, 1.5) if is_same else 0.0,
        "other_fresh": float(is_other and age < 15),
        "other_settled": float(is_other and 15 <= age < 45),
        "other_silent": min(silence / 30, 1.5) if is_other else 0.0,
        "hinted": dialogue.hinted(product_id, t_ms),
        "under_way": 0.0 if is_same else dialogue.under_way(product_id, t_ms),
        "next_number": float(
            is_other and scene.numbers[product_id] == scene.numbers.get(dialogue.current or "", 0) + 1
        ),
        "nothing_yet": float(dialogue.current is None),
        "shown_before": float(rested and not is_same),
        "never_named": float(product_id not in dialogue.named_ms),
        "warm": min(dialogue.warmth(product_id, t_ms, LATE_MS), 3.0),
        "lead_in": min(dialogue.warmth(product_id, t_ms) - dialogue.warmth(product_id, t_ms, LATE_MS), 1.5)
        if not is_same
        else 0.0,
        "introduced": float(dialogue.introduced_ms is not None and t_ms - dialogue.introduced_ms <= INTRODUCTION_MS),
        "closed": float(dialogue.closed_ms is not None and t_ms - dialogue.closed_ms <= INTRODUCTION_MS),
        "heard_asked": float(_is_heard(scene, product_id)),
        "heard_opened": float(_is_heard(scene, product_id) and _is_opened(scene.reading)),
        "asked_once": float(0 < scene.asked.get(product_id, 0.0) < BURST_LEVEL),
        "asked": float(scene.asked.get(product_id, 0.0) >= BURST_LEVEL),
        "other_warm": min(dialogue.warmth(dialogue.current, t_ms), 3.0) if is_other and dialogue.current else 0.0,
    }


def _is_heard(scene: Scene, product_id: str) -> bool:
    return scene.reading.has("heard") and scene.asked.get(product_id, 0.0) >= BURST_LEVEL


def _is_opened(reading: Reading) -> bool:
    return any(reading.has(act) for act in ("present", "return", "handling"))


def _of_scope(scene: Scene, product_id: str, match: Match) -> dict[str, float]:
    """What a later clause that names nothing else says of it: "the canvas one is fifty nine, we won't go into it"."""
    reading, anchor = scene.reading, match.anchor
    own = reading.clause_at(anchor.start)
    others = [
        part.start
        for key, other in scene.matches.items()
        if key != product_id
        for part in other.parts
        if part.start > anchor.end and part.kind != "size"
    ]
    turns = [start for start, _ in reading.acts.get("present", ()) if start > anchor.end]
    end = min([*others, *turns, len(reading.text)])
    distal = {start for start, _ in reading.acts.get("distal", ())}
    named_ends = [part.end for part in match.parts if part.kind not in {"size", "near_price"}]
    return {"distal": float(any(end <= start <= end + 2 for end in named_ends for start in distal))} | {
        f"{act}_reaches": float(any(own[1] <= start < end for start, _ in reading.acts.get(act, ())))
        for act in _REACHING_ACTS
        if not reading.has(act, own)
    }


def _of_turn(scene: Scene, product_id: str) -> dict[str, float]:
    """Whether the line says at all that it turns somewhere, or goes on with what the lines before did."""
    dialogue, t_ms, reading = scene.dialogue, scene.t_ms, scene.reading
    is_plain = not any(reading.has(act) for act in _OPENING_ACTS)
    is_other = dialogue.current not in (None, product_id)
    shown_ms, asked_ms = dialogue.shown_ms.get(product_id), scene.asked_ms.get(product_id)
    is_opened = reading.has("present") or reading.has("return")
    evidence = {
        "plain": float(is_plain),
        "plain_other": float(is_plain and is_other),
        "latecomer": float(reading.has("latecomer")),
        "unopened": float(
            not (is_opened or reading.has("heard"))
            and (dialogue.introduced_ms is None or t_ms - dialogue.introduced_ms > INTRODUCTION_MS)
        ),
        "flip": float(is_other and not is_opened and shown_ms is not None and t_ms - shown_ms <= FLIP_MS),
        "answering": float(
            asked_ms is not None
            and t_ms - asked_ms <= LINGER_MS
            and scene.asked.get(product_id, 0.0) < BURST_LEVEL
            and not reading.has("present")
        ),
    }
    for act in _LINGERING_ACTS:
        at_ms = dialogue.acts_ms.get(act)
        evidence[f"{act}_before"] = float(at_ms is not None and t_ms - at_ms <= LINGER_MS and not is_opened)
    return evidence


def _of_clarity(reading: Reading, so_far: Mapping[str, float]) -> dict[str, float]:
    """What several signs together say that none says alone: a turn that is said outright, a return that is."""
    is_clear = so_far["margin"] >= 0.8 and not so_far["tied"] and not so_far["many"]
    is_withheld = any(
        so_far.get(f"{act}_{where}")
        for act in ("later", "declining", "gone", "story", "elsewhere")
        for where in ("here", "reaches")
    )
    is_off = so_far["denied"] or so_far["denied_part"] or so_far["same"] or so_far["change_after"] or so_far["distal"]
    is_free = is_clear and not is_withheld and not is_off
    strong = so_far["number"] > 0 or so_far["name"] >= 1.2
    opened = so_far["present_near"] or so_far["present_before"]
    return {
        "outright": float(is_free and strong and bool(opened)),
        "outright_return": float(is_free and reading.has("return") and so_far["name"] >= 0.7),
        "outright_late": float(is_free and reading.has("latecomer")),
        "whole_name": float(so_far["name"] >= 1.8 and is_free),
        "name_and_price": float(is_free and so_far["price"] > 0 and so_far["name"] >= 0.6),
        "shown_lying": float(is_free and reading.has("deixis") and reading.has("handling")),
    }
