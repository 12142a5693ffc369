"""A difference is told with its uncertainty, as the literature has it, and the hold-out group does not lie."""

import random
from math import sqrt
from uuid import UUID

import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import CampaignId, Verdict
from xiaodian.modules.outreach.effect_rules import Gain, Group, compare_shares, compare_spend, judge
from xiaodian.modules.outreach.rules import is_held_out


def shares(hits: int, of: int, others_hits: int, others: int) -> Gain:
    """The difference of two shares."""
    found = compare_shares(Group(fans=of, buyers=hits), Group(fans=others, buyers=others_hits))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_shares_differ_by_what_newcombe_published(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    found = shares(*counts)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_spend_differs_by_what_welch_says() -> None:
    one = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
    two = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 31.3]
    minor = [[round(each * 10) for each in sample] for sample in (one, two)]
    first, second = (
        Group(fans=len(sample), buyers=len(sample), spent_minor=sum(sample), squares=float(sum(x * x for x in sample)))
        for sample in minor
    )
    found = compare_spend(first, second)
    assert found is not None
    by, deviations = _by_hand(*minor)
    assert found.by == pytest.approx(by)
    # Welch's degrees of freedom are 27.3 here; tables have 2.0518 for 27 and 2.0484 for 28.
    assert 2.0484 <= (found.high - found.by) / deviations <= 2.0518


def _by_hand(one: list[int], two: list[int]) -> tuple[float, float]:
    means = [sum(sample) / len(sample) for sample in (one, two)]
    variances = [
        sum((x - mean) ** 2 for x in sample) / (len(sample) - 1) for sample, mean in zip((one, two), means, strict=True)
    ]
    return means[0] - means[1], sqrt(variances[0] / len(one) + variances[1] / len(two))


def test_nothing_is_said_of_few_fans_or_buyers_and_zero_within_the_interval_is_no_effect() -> None:
    many = Group(fans=900, buyers=180)
    few = Group(fans=29, buyers=1)
    assert judge(many, few, compare_shares(many, few)) is Verdict.TOO_FEW
    rare = Group(fans=900, buyers=4), Group(fans=100, buyers=0)
    assert judge(*rare, compare_shares(*rare)) is Verdict.TOO_FEW
    alike = Group(fans=100, buyers=20)
    assert judge(many, alike, compare_shares(many, alike)) is Verdict.UNCLEAR
    fewer = Group(fans=100, buyers=5)
    assert judge(many, fewer, compare_shares(many, fewer)) is Verdict.MORE
    more = Group(fans=100, buyers=60)
    assert judge(many, more, compare_shares(many, more)) is Verdict.LESS
    nobody = Group()
    assert judge(many, nobody, compare_shares(many, nobody)) is Verdict.NO_HOLD_OUT


def people(rng: random.Random, count: int) -> list[AccountId]:
    """So many accounts."""
    return [AccountId(UUID(int=rng.getrandbits(128), version=4)) for _ in range(count)]


def test_a_tenth_is_held_out_always_the_same_and_others_in_each_campaign() -> None:
    rng = random.Random(6)
    fans, campaigns = people(rng, 20_000), [CampaignId(UUID(int=rng.getrandbits(128))) for _ in range(2)]
    drawn = [{fan for fan in fans if is_held_out(campaign, fan, 1000)} for campaign in campaigns]
    assert drawn[0] == {fan for fan in fans if is_held_out(campaigns[0], fan, 1000)}
    assert all(1850 < len(each) < 2150 for each in drawn)
    # If one group were drawn for all campaigns, the same people would never hear of anything.
    assert 150 < len(drawn[0] & drawn[1]) < 250
    assert not any(is_held_out(campaigns[0], fan, 0) for fan in fans)


def test_over_many_campaigns_the_difference_is_the_true_one_and_its_interval_holds_it() -> None:
    """Fans buy by themselves, keen ones more often; a message makes each a tenth likelier to buy."""
    rng = random.Random(1998)
    found, held = [], 0
    for _ in range(400):
        campaign = CampaignId(UUID(int=rng.getrandbits(128)))
        counts = {True: [0, 0], False: [0, 0]}
        for fan in people(rng, 600):
            keen = rng.choice((0.05, 0.3))
            is_out = is_held_out(campaign, fan, 3000)
            counts[is_out][0] += 1
            counts[is_out][1] += rng.random() < keen + (0.0 if is_out else 0.1)
        treated, out = (Group(fans=counts[key][0], buyers=counts[key][1]) for key in (False, True))
        difference = compare_shares(treated, out)
        assert difference is not None
        found.append(difference.by)
        held += difference.low <= 0.1 <= difference.high
    assert sum(found) / len(found) == pytest.approx(0.1, abs=0.006)
    assert 0.92 <= held / 400 <= 0.99


@pytest.mark.parametrize(("fans", "share"), [(330, 0.02), (1000, 0.01), (1000, 0.1), (3000, 0.02)])
def test_a_message_that_did_nothing_is_not_said_to_have_made_fans_spend_more(fans: int, share: float) -> None:
    rng = random.Random(34)

    def _group(count: int) -> Group:
        spent = [round(rng.lognormvariate(8.5, 0.7)) for _ in range(count) if rng.random() < share]
        return Group(fans=count, buyers=len(spent), spent_minor=sum(spent), squares=float(sum(x * x for x in spent)))

    held_out = fans // 10
    groups = [(_group(fans - held_out), _group(held_out)) for _ in range(300)]
    told = [judge(*pair, compare_spend(*pair)) for pair in groups]
    wrong = [verdict for verdict in told if verdict in (Verdict.MORE, Verdict.LESS)]
    assert len(wrong) <= 30, "one in twenty is what an interval of 95% admits"
