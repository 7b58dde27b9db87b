"""Five rounded percentages of a poll say how many may have voted, how many ticked twice, and how little is certain.

Source    a post in the Telegram channel amneumarkt (2021): an anonymous poll, "Multiple choice", five percentages
Differs   the post gives no number of voters; here it is whatever number gives all five percentages when rounded
Cost      about 1 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
from scipy.stats import binomtest

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
POLL = {
    "data science (technical)": 63,
    "data science (career related)": 47,
    "machine learning (theoretical)": 47,
    "machine learning (applications, libraries)": 37,
    "something else": 21,
}


# %% evaluate
def percent(tick, voters):
    """The whole percentage that a poll shows; a half is rounded up."""
    return (200 * tick + voters) // (2 * voters)


def counts(percents, voters):
    """Ticks of each option that round to these percentages of `voters`; nothing where there are none."""
    ticks = [round(each * voters / 100) for each in percents]
    return ticks if [percent(tick, voters) for tick in ticks] == list(percents) else None


def possible_voters(percents, *, up_to):
    """Every number of voters up to this one that can give all the percentages."""
    return [voters for voters in range(1, up_to + 1) if counts(percents, voters)]


def fewest_of_several(ticks, voters):
    """The fewest voters who must have ticked more than one option, if each ticked one at least.

    If only m of them did, an option has at most m of their ticks, and the others have one each.
    """
    return next(m for m in range(voters + 1) if sum(min(tick, m) for tick in ticks) + voters - m >= sum(ticks))


def least_p_value(first, second):
    """Two-sided p-value of the exact sign test if nobody who ticked the second left out the first: the least there is.

    Only voters who ticked one of the two and not the other tell them apart; here that is `first - second` of them, all
    on one side (McNemar's test).
    """
    return binomtest(first - second, first - second).pvalue


# %% main
def main(*, up_to=100):
    """Every possible number of voters, and the ticks of each option at the least of them."""
    voters = possible_voters(POLL.values(), up_to=up_to)
    return voters, dict(zip(POLL, counts(POLL.values(), voters[0]), strict=True))


# %% result
if __name__ == "__main__":
    possible, ticks = main()
    voters = possible[0]
    leader, follower = sorted(ticks.values(), reverse=True)[:2]
    doubled = counts(POLL.values(), 2 * voters)
    several = fewest_of_several(ticks.values(), voters)
    results = {
        "sum_of_percents": sum(POLL.values()),
        "fewest_voters": voters,
        "next_number_of_voters": possible[1],
        "answers_per_voter": sum(ticks.values()) / voters,
        "fewest_of_several": several,
        "share_of_several": several / voters,
        "least_p_value": least_p_value(leader, follower),
        "least_p_value_doubled": least_p_value(doubled[0], doubled[1]),
    }
    print(f"numbers of voters up to 100 that give these percentages: {possible}")
    for option, count in ticks.items():
        print(f"  {count:2d} of {voters} = {100 * count / voters:.1f} %  {option}")
    print(f"{sum(ticks.values())} ticks by {voters} voters; at least {several} of them ticked more than one option")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    for place, (option, count) in enumerate(reversed(ticks.items())):
        interval = binomtest(count, voters).proportion_ci(method="wilson")
        share = 100 * count / voters
        axis.barh(place, share, 0.55, color="C0")
        axis.plot([100 * interval.low, 100 * interval.high], [place, place], color="black", linewidth=1.2)
        axis.text(100 * interval.high + 1.5, place, f"{POLL[option]} %", va="center")
    axis.set_yticks(range(len(ticks)), [option.replace(" (", "\n(") for option in reversed(ticks)])
    axis.set(xlabel="voters who ticked it, in % (line: 95 % interval if 19 voted)", xlim=(0, 100))
    axis.grid(axis="y", visible=False)
    figure.suptitle("With so few voters the five intervals overlap", x=0.01, ha="left", fontsize=11)
    plt.show()
