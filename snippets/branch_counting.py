"""Two probabilities of the Distill article, exact, and how few independent features would still make them small.

Source    C. Voss et al., "Branch Specialization", Distill (2021), doi 10.23915/distill.00024.008, section
          "Branch specialization beyond the first layer"; C. Szegedy et al., CVPR (2015): sizes of the branches
Differs   the article gives two bounds; here they are fractions, also for the other branches, and without taking
          features to be independent of each other
Cost      about 1 s on 2 CPU cores
"""

# %% setup
from fractions import Fraction
from math import comb
from pathlib import Path

import matplotlib.pyplot as plt

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
BRANCHES = {  # neurons of InceptionV1's branches
    "mixed3a": {"1x1": 64, "3x3": 128, "5x5": 32, "pool": 32},
    "mixed3b": {"1x1": 128, "3x3": 192, "5x5": 96, "pool": 64},
}
FEATURES = {"mixed3a": 9, "mixed3b": 30}  # black and white against colour; curves: all in 5x5


# %% evaluate
def all_in_branch(features, branch, layer):
    """Chance that all features are in a branch, if they are as likely to be any neurons of the layer; a Fraction."""
    return Fraction(comb(branch, features), comb(layer, features))


def all_in_one_branch(features, branches, *, up_to):
    """Chance that all features are in the same branch, any that has no more neurons than `up_to`."""
    layer = sum(branches.values())
    return sum(all_in_branch(features, branch, layer) for branch in branches.values() if branch <= up_to)


def fewest(branch, layer, *, below):
    """The least number of independent features whose being all in the branch has a chance below this."""
    return next(count for count in range(1, branch + 1) if all_in_branch(count, branch, layer) < below)


# %% main
def main():
    """Chances for each layer: all in 5x5, all in one branch as small as that, all in one branch of any size."""
    chances = {}
    for layer, branches in BRANCHES.items():
        small, layer_size = branches["5x5"], sum(branches.values())
        chances[layer] = (
            all_in_branch(FEATURES[layer], small, layer_size),
            all_in_one_branch(FEATURES[layer], branches, up_to=small),
            all_in_one_branch(FEATURES[layer], branches, up_to=layer_size),
        )
    return chances


# %% result
if __name__ == "__main__":
    chances = main()
    results = {}
    for layer, (named, as_small, any_size) in chances.items():
        branches = BRANCHES[layer]
        results[f"probability_{layer}"] = float(named)
        results[f"as_small_{layer}"] = float(as_small)
        results[f"any_size_{layer}"] = float(any_size)
        results[f"fewest_{layer}"] = fewest(branches["5x5"], sum(branches.values()), below=Fraction(1, 1000))
        print(f"{layer}: all {FEATURES[layer]} in 5x5, {branches['5x5']} of {sum(branches.values())} neurons")
        print(f"  {named.numerator} / {named.denominator} = {float(named):.3g}")
        print(f"  in any branch as small {float(as_small):.3g}, in any branch {float(any_size):.3g}\n")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    labels = {"mixed3a": "black and white against colour", "mixed3b": "curves"}
    for color, (layer, branches) in enumerate(BRANCHES.items()):
        counts = range(1, FEATURES[layer] + 1)
        curve = [float(all_in_branch(count, branches["5x5"], sum(branches.values()))) for count in counts]
        axis.plot(counts, curve, "os"[color] + "-", color=f"C{color}", markersize=4, label=f"{layer}: {labels[layer]}")
    for exponent, reach in ((-8, FEATURES["mixed3a"]), (-20, FEATURES["mixed3b"])):
        axis.plot([reach - 9, reach], 2 * [10.0**exponent], "--", color="black", linewidth=1)
        axis.text(reach - 8.8, 10.0 ** (exponent - 0.4), f"article: $<10^{{{exponent}}}$", va="top", fontsize=9)
    axis.set(xlabel="features that fall independently of each other", ylabel="chance that all are in 5x5", yscale="log")
    axis.set_xlim(0, 31)
    axis.legend(loc="lower left")
    axis.set_title("Both bounds hold; a handful of independent features would already be convincing")
    plt.show()
