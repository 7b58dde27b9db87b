"""What poll_voters promises: exact counts, checked by trying every poll there is."""

from itertools import product

import pytest
from poll_voters import POLL, fewest_of_several, least_p_value, main, percent, possible_voters
from scipy.stats import binom


@pytest.mark.parametrize(("tick", "voters", "shown"), [(1, 3, 33), (2, 3, 67), (5, 8, 63), (3, 8, 38), (0, 5, 0)])
def test_a_percentage_is_whole_and_a_half_is_rounded_up(tick, voters, shown):
    assert percent(tick, voters) == shown


def test_the_possible_numbers_of_voters_are_those_at_which_every_percentage_can_be_shown():
    def can_show(voters):
        return set(POLL.values()) <= {percent(tick, voters) for tick in range(voters + 1)}

    assert possible_voters(POLL.values(), up_to=100) == [voters for voters in range(1, 101) if can_show(voters)]


def test_one_percent_needs_many_voters_and_a_half_needs_two():
    assert possible_voters([1], up_to=70)[0] == 67
    assert possible_voters([50], up_to=9)[:2] == [2, 4]


def ballots(ticks, voters):
    """Every way to fill in so many ballots, each with a tick at least, that adds up to these ticks."""
    choices = [ballot for ballot in product((0, 1), repeat=len(ticks)) if any(ballot)]
    return [
        poll for poll in product(choices, repeat=voters) if [sum(column) for column in zip(*poll, strict=True)] == ticks
    ]


@pytest.mark.parametrize("ticks", [[3, 2, 1], [4, 0, 0], [2, 2, 2], [4, 4, 4], [4, 3, 1]])
def test_the_fewest_who_ticked_several_is_the_least_over_all_ways_to_fill_in_the_ballots(ticks):
    assert fewest_of_several(ticks, 4) == min(sum(sum(ballot) > 1 for ballot in poll) for poll in ballots(ticks, 4))


def test_the_least_p_value_is_that_of_a_coin_which_falls_on_one_side_each_time():
    assert least_p_value(12, 9) == pytest.approx(2 * binom.pmf(0, 3, 0.5))


def test_the_published_poll_has_at_least_19_voters():
    possible, ticks = main()
    assert possible[0] == 19
    assert list(ticks.values()) == [12, 9, 9, 7, 4]
