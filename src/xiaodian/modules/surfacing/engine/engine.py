"""The way in: an engine is made of a bag, takes signals one by one, and answers each with the cues that it causes."""

from collections import deque
from dataclasses import dataclass

from xiaodian.contracts.surfacing import (
    Bag,
    BagClick,
    Comment,
    Cue,
    CueReason,
    Evidence,
    FlashSale,
    HostCue,
    Purchase,
    Signal,
    Stock,
    Transcript,
)
from xiaodian.modules.surfacing.engine.asking import Asking
from xiaodian.modules.surfacing.engine.belief import Dialogue, Hint
from xiaodian.modules.surfacing.engine.candidate import Candidate
from xiaodian.modules.surfacing.engine.clicking import Clicking
from xiaodian.modules.surfacing.engine.discourse import Reading, read_line
from xiaodian.modules.surfacing.engine.evidence import BURST_LEVEL, Scene, gather
from xiaodian.modules.surfacing.engine.looking import hear_nothing, look_again
from xiaodian.modules.surfacing.engine.matching import Match, Matcher
from xiaodian.modules.surfacing.engine.model import Weights, load_weights, probability
from xiaodian.modules.surfacing.engine.numbers import count_figures
from xiaodian.modules.surfacing.engine.policy import Limits, Policy
from xiaodian.modules.surfacing.engine.recent import Line, Recent
from xiaodian.modules.surfacing.engine.spelling import normalise
from xiaodian.modules.surfacing.engine.turning import Opening, Openings, begun_ms, signs_of_turn
from xiaodian.modules.surfacing.engine.unnamed import answers, confirms
from xiaodian.modules.surfacing.engine.vocabulary import build_vocabulary
from xiaodian.modules.surfacing.engine.wanting import SkuWords, Wanting, read_wish
from xiaodian.modules.surfacing.engine.wording import runs_of

MAX_COMMENT_CHARS = 60
"""Longer comments are no questions for a product."""
PATIENCE_MS = 5_000
"""So long a cue that had to wait for the gap or the host's own cue may still come."""
HINT = 0.11
"""From this likelihood on, the host may have turned to a product without a cue."""
ANSWER_MS = 12_000
"""So long after the host has heard what is asked for, a line may answer it."""
LEAST_WANTED = 0.4
"""So many must ask without a name before it tells anything: a burst is 1."""
LAST_LOOK_MS = 6_000
"""So long after it may have begun a doubtful turn waits for the next line."""
LEAST_IN_TIME = 0.5
"""What is not sure at once must at least be likelier to have begun in time than not: a late card is no help."""
_IN_TIME = ("look_in_time", "look_silent_in_time", "click_in_time")
_NEAR = {"zh": 7, "en": 24}
_TOLD_EVIDENCE = 6
_CODE_BY_PART = {
    "number": "presents_number",
    "likely_number": "presents_number",
    "price": "presents_price",
    "near_price": "presents_price",
}


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """A cue that may come as soon as the limits allow."""

    cue: Cue
    until_ms: int


class Engine:
    """Decides which product comes up. Not for several threads at once."""

    def __init__(self, bag: Bag, limits: Limits | None = None, weights: Weights | None = None) -> None:
        self._limits = limits or Limits()
        self._own_weights = weights
        self._policy = Policy(self._limits, {})
        self._dialogue = Dialogue()
        self._recent = Recent()
        self._openings = Openings()
        self._asking = Asking()
        self._clicking = Clicking()
        self._wanting = Wanting()
        self._flash: dict[str, tuple[int | None, int]] = {}
        """Flash prices that run, and until when."""
        self._waiting: _Waiting | None = None
        self._t_ms = 0
        self._line_ms = 0
        """When the last line was said."""
        self._looked: deque[Hint] = deque(maxlen=16)
        """Lines that were looked at for the last time."""
        self._take_bag(bag)

    def remember_shown(self, product_id: str, t_ms: int) -> None:
        """A cue that was made before the first signal counts against the caps; to be told in order of time."""
        self._policy.note_shown(product_id, t_ms)

    def take(self, signal: Signal) -> list[Cue]:
        """What comes up because of this signal. One that is late is taken as if it came now."""
        self._t_ms = max(self._t_ms, signal.t_ms)
        return self._take(signal) or self._look_at_last()

    def _take(self, signal: Signal) -> list[Cue]:
        if isinstance(signal, Bag):
            self._take_bag(signal)
        elif isinstance(signal, Stock) and signal.product_id in self._products:
            self._policy.stock[signal.product_id] = signal.n
        elif isinstance(signal, HostCue) and signal.product_id in self._products:
            return self._take_host_cue(signal.product_id)
        elif isinstance(signal, FlashSale) and signal.product_id in self._products:
            return self._take_flash_sale(signal)
        elif isinstance(signal, Transcript):
            return self._take_line(signal.text)
        elif isinstance(signal, Comment):
            return self._take_comment(signal) or self._release()
        elif isinstance(signal, BagClick | Purchase) and signal.product_id in self._products:
            return self._take_click(signal) or self._release()
        return self._release()

    def _take_bag(self, bag: Bag) -> None:
        self._lang = bag.lang[:2]
        self._weights = self._own_weights or load_weights(self._lang)
        self._products = {product.product_id: product for product in bag.products}
        self._numbers = {product.product_id: product.number for product in bag.products}
        self._vocabulary = build_vocabulary(bag)
        self._matcher = Matcher(self._vocabulary)
        self._sku_words = SkuWords(bag.products, self._lang)
        # A sale that runs goes on, however often the bag is told anew.
        self._flash = {key: sale for key, sale in self._flash.items() if key in self._products}
        for product_id, (price_minor, _) in self._flash.items():
            self._matcher.set_flash_price(product_id, price_minor)
        self._policy.stock = {product.product_id: product.stock for product in bag.products}
        self._policy.keep_only(set(self._products))
        self._dialogue.keep_only(set(self._products))
        self._asking.forget_readings()
        if self._waiting is not None and self._waiting.cue.product_id not in self._products:
            self._waiting = None

    def _take_host_cue(self, product_id: str) -> list[Cue]:
        self._policy.note_host(self._t_ms)
        self._waiting = None
        return [self._show(self._make_cue(product_id, CueReason(code="host", evidence=_sole("host")), 1.0))]

    def _take_flash_sale(self, signal: FlashSale) -> list[Cue]:
        self._matcher.set_flash_price(signal.product_id, signal.price_minor)
        self._flash[signal.product_id] = (signal.price_minor, signal.until_ms or self._t_ms + 600_000)
        reason = CueReason(code="flash_sale", evidence=_sole("flash_sale"))
        return self._offer(self._make_cue(signal.product_id, reason, 0.95))

    def _take_comment(self, signal: Comment) -> list[Cue]:
        if len(signal.text) > MAX_COMMENT_CHARS:
            return []
        wish = self._asking.recall(signal.text)
        if wish is None:
            wish = read_wish(self._matcher, self._sku_words, signal.text, self._lang)
            self._asking.remember(signal.text, wish)
        if wish.product_ids:
            self._asking.note(self._t_ms, signal.account, signal.text, wish.product_ids)
        elif wish.is_question:
            self._wanting.note(self._t_ms, signal.account, signal.text, wish.coming_in)
            return self._confirm(self._dialogue.open_hints(self._t_ms))
        return []

    def _take_click(self, signal: BagClick | Purchase) -> list[Cue]:
        """Who opens or buys what the host may have turned to says that they did."""
        self._clicking.note(self._t_ms, signal.account, signal.product_id)
        hints = self._dialogue.open_hints(self._t_ms)
        return self._confirm({key: hint for key, hint in hints.items() if key == signal.product_id})

    def _confirm(self, hints: dict[str, Hint]) -> list[Cue]:
        """Viewers who open, buy or ask what the host may have turned to say that the host did."""
        found = []
        for product_id, hint in hints.items():
            clicked = self._clicking.lift(product_id, hint.t_ms)
            wanted = self._wanting.level(product_id, hint.t_ms, self._t_ms)
            # Those who ask for it by name open it as well, whatever the host does.
            if hint.is_asked or (not clicked and wanted < LEAST_WANTED):
                continue
            in_time = self._openings.in_time(product_id, self._t_ms)
            evidence = confirms(hint, self._t_ms, clicked, wanted, in_time)
            found.append(self._candidate(product_id, evidence, hint.words, hint.named_by, hint.begun_ms))
        return self._decide(found)

    def _take_line(self, text: str) -> list[Cue]:
        for product_id in [key for key, (_, until_ms) in self._flash.items() if until_ms <= self._t_ms]:
            del self._flash[product_id]
            self._matcher.set_flash_price(product_id, None)
        line = normalise(text, self._lang)
        reading = read_line(line, self._vocabulary.lexicon)
        matches = self._matcher.match(line)
        signs = signs_of_turn(reading, matches, self._dialogue, self._t_ms, self._lang, _NEAR[self._lang])
        turn = self._likely_turn(signs, runs_of(line, matches, None, self._lang, "turn"))
        looks = self._look_again(reading, matches)
        cues = self._decide(self._weigh(reading, matches, turn) + self._weigh_asked(reading, matches) + looks)
        self._line_ms = self._t_ms
        self._remember(reading, matches)
        self._openings.note(Opening(self._begun_ms(reading), turn, matches))
        return cues or self._release()

    def _likely_turn(self, signs: dict[str, float], runs: tuple[str, ...]) -> float:
        return probability(self._weights.log_odds(signs | self._weights.worded("turn_wording", runs)))

    def _begun_ms(self, reading: Reading) -> int:
        return begun_ms(reading.text, self._lang, self._t_ms)

    def _weigh(self, reading: Reading, matches: dict[str, Match], turn: float) -> list[Candidate]:
        scene = Scene(
            t_ms=self._t_ms,
            reading=reading,
            matches=matches,
            dialogue=self._dialogue,
            recent=self._recent.lines(self._t_ms),
            asked={product_id: self._asking.level(product_id, self._t_ms) for product_id in matches},
            asked_ms={product_id: self._asking.last_ms(product_id) for product_id in matches},
            figures=count_figures(reading.text, self._lang),
            numbers=self._numbers,
            near=_NEAR[self._lang],
            turn=turn,
            openings=self._openings,
        )
        found = []
        for product_id, match in matches.items():
            anchor = match.anchor
            words = reading.text[anchor.start : anchor.end].replace("|", " ")
            runs = runs_of(reading.text, matches, product_id, self._lang, "line")
            evidence = gather(scene, product_id) | self._weights.worded("wording", runs)
            found.append(self._candidate(product_id, evidence, words, anchor.kind, self._begun_ms(reading), runs))
        return found

    def _look_again(self, reading: Reading, matches: dict[str, Match]) -> list[Candidate]:
        """What one of the last lines may have turned to, in the light of this one."""
        found = []
        for product_id, hint in self._dialogue.open_hints(self._t_ms).items():
            clicked = self._clicking.lift(product_id, hint.t_ms)
            in_time = self._openings.in_time(product_id, self._t_ms)
            evidence = look_again(
                hint, reading, matches, product_id, self._dialogue.current, self._t_ms, clicked, in_time
            )
            runs = runs_of(reading.text, matches, product_id, self._lang, "next")
            evidence |= self._weights.worded("look_wording", runs)
            candidate = self._candidate(product_id, evidence, hint.words, hint.named_by, hint.begun_ms, runs)
            self._dialogue.revise(product_id, hint, candidate.log_odds)
            found.append(candidate)
        return found

    def _look_at_last(self) -> list[Cue]:
        """A line that may have turned to a product, when nothing more was said and it is nearly too late."""
        found = []
        for product_id, hint in self._dialogue.open_hints(self._t_ms).items():
            if self._t_ms - hint.begun_ms >= LAST_LOOK_MS and self._line_ms <= hint.t_ms and hint not in self._looked:
                self._looked.append(hint)
                clicked = self._clicking.lift(product_id, hint.t_ms)
                evidence = hear_nothing(hint, clicked, self._openings.in_time(product_id, self._t_ms))
                found.append(self._candidate(product_id, evidence, hint.words, hint.named_by, hint.begun_ms))
        return self._decide(found) if found else []

    def _weigh_asked(self, reading: Reading, matches: dict[str, Match]) -> list[Candidate]:
        """What the line does not name, but a burst asks for."""
        heard_ms = self._dialogue.acts_ms.get("heard")
        is_before = heard_ms is not None and self._t_ms - heard_ms <= ANSWER_MS
        if not reading.has("heard") and not is_before:
            return []
        levels = {key: self._asking.level(key, self._t_ms) for key in self._products}
        asked = {key: level for key, level in levels.items() if level >= BURST_LEVEL}
        return [
            self._candidate(
                key,
                answers(reading, matches, level, len(asked) - 1, not reading.has("heard")),
                "",
                "asked",
                self._begun_ms(reading),
            )
            for key, level in asked.items()
            if key not in matches and key != self._dialogue.current
        ]

    def _candidate(
        self,
        product_id: str,
        evidence: dict[str, float],
        words: str,
        named_by: str,
        begun_ms: int,
        runs: tuple[str, ...] = (),
    ) -> Candidate:
        return Candidate(
            product_id=product_id,
            t_ms=self._t_ms,
            begun_ms=begun_ms,
            evidence=evidence,
            words=words,
            named_by=named_by,
            log_odds=self._weights.log_odds(evidence),
            runs=runs,
        )

    def _decide(self, candidates: list[Candidate]) -> list[Cue]:
        sure = [candidate for candidate in candidates if self._is_sure(candidate)]
        best = max(sure, key=lambda candidate: (candidate.log_odds, candidate.product_id), default=None)
        if best is None:
            for candidate in candidates:
                likelihood = probability(candidate.log_odds)
                is_new = not candidate.is_declined and not candidate.evidence.keys() & {"hint", "look_bias"}
                if likelihood >= HINT and is_new:
                    self._dialogue.hint(candidate.product_id, candidate.as_hint(likelihood))
            return []
        likelihood = probability(best.log_odds)
        code = _CODE_BY_PART.get(best.named_by, "presents_name")
        if best.evidence.keys() & {"asked", "burst_asked"}:
            code = "asked"
        elif "shown_before" in best.evidence or "same" in best.evidence:
            code = "returns"
        told = [
            Evidence(code=name, weight=worth) for name, worth in self._weights.terms(best.evidence)[:_TOLD_EVIDENCE]
        ]
        params: dict[str, str | int] = {"words": best.words, "number": self._numbers[best.product_id]}
        reason = CueReason(code=code, params=params, evidence=tuple(told))
        return self._offer(self._make_cue(best.product_id, reason, likelihood))

    def _is_sure(self, candidate: Candidate) -> bool:
        """A line by itself must be surer than one that is looked at again in the light of what came after it."""
        evidence, least = candidate.evidence, self._weights.least
        if "heard_asked" in evidence and "heard_opened" not in evidence:
            # "You all want the honey": what comes of it is said in the next line.
            return False
        if any(evidence.get(code, 1.0) < LEAST_IN_TIME for code in _IN_TIME):
            return False
        needed = (
            least.by_clicks
            if "click_bias" in evidence
            else least.answered
            if evidence.keys() & {"burst_bias", "heard_asked"}
            else least.looked_again
            if "look_bias" in evidence
            else least.at_once
        )
        return probability(candidate.log_odds) >= needed

    def _remember(self, reading: Reading, matches: dict[str, Match]) -> None:
        for product_id, match in matches.items():
            if match.score >= 0.5:
                self._dialogue.warm(product_id, self._t_ms, min(match.score, 2.0))
        self._recent.note(Line(self._t_ms, reading, matches))
        named = any(match.score >= 0.9 for match in matches.values())
        if reading.has("present"):
            self._dialogue.introduced_ms = None if named else self._t_ms
        if reading.has("close"):
            self._dialogue.closed_ms = self._t_ms
        for act in reading.acts:
            self._dialogue.acts_ms[act] = self._t_ms

    def _offer(self, cue: Cue) -> list[Cue]:
        """Show it now, or let it wait for the gap or the host's own cue to pass."""
        refusal = self._policy.refuses(cue.product_id, self._t_ms)
        if refusal is None:
            return [self._show(cue)]
        if refusal in {"gap", "host_reigns"} and cue.product_id != self._dialogue.current:
            self._waiting = _Waiting(cue=cue, until_ms=self._t_ms + PATIENCE_MS)
        return []

    def _release(self) -> list[Cue]:
        waiting = self._waiting
        if waiting is None:
            return []
        if self._t_ms > waiting.until_ms:
            self._waiting = None
            return []
        if self._policy.refuses(waiting.cue.product_id, self._t_ms) is not None:
            return []
        return [self._show(self._make_cue(waiting.cue.product_id, waiting.cue.reason, waiting.cue.confidence))]

    def _make_cue(self, product_id: str, reason: CueReason, confidence: float) -> Cue:
        until_ms = self._t_ms + self._limits.show_ms
        return Cue(t_ms=self._t_ms, product_id=product_id, until_ms=until_ms, reason=reason, confidence=confidence)

    def _show(self, cue: Cue) -> Cue:
        self._policy.note_shown(cue.product_id, self._t_ms)
        self._dialogue.turn_to(cue.product_id, self._t_ms)
        self._recent.forget()
        self._openings.forget()
        self._waiting = None
        return cue


def _sole(code: str) -> tuple[Evidence, ...]:
    """Evidence that needs no other."""
    return (Evidence(code=code, weight=6.0),)
