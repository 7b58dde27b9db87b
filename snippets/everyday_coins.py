"""How many coins are on the table?  A photograph with 24 of them, one knob that fails, two that hardly matter.

Source    the photograph `coins` of scikit-image (Greek coins from Pompeii, Brooklyn Museum, no known restrictions);
          a post in the Telegram channel amneumarkt (2021) that asks for data science that starts from everyday life
Differs   the post has no data; the segmentation follows scikit-image's tutorial, and its two thresholds are varied
Cost      about 5 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage import data, filters, measure, segmentation, transform
from sklearn.mixture import GaussianMixture

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def photograph():
    """The picture, (303, 384), grey levels from 0 to 255."""
    return data.coins().astype(float)


# %% model
def by_threshold(picture, threshold):
    """Numbered regions brighter than the threshold, with their holes filled."""
    return measure.label(ndimage.binary_fill_holes(picture > threshold))


def by_watershed(picture, *, table=30, coin=150):
    """Numbered regions that grow from what is surely coin until they meet, at an edge, what is surely table."""
    markers = np.where(picture < table, 1, np.where(picture > coin, 2, 0))
    flooded = segmentation.watershed(filters.sobel(picture), markers)
    return measure.label(ndimage.binary_fill_holes(flooded == 2))


def flattened(picture):
    """The picture less the plane that fits it best: the lamp stood on one side."""
    rows, columns = np.indices(picture.shape)
    plane = np.c_[np.ones(picture.size), rows.ravel(), columns.ravel()]
    return picture - (plane @ np.linalg.lstsq(plane, picture.ravel())[0]).reshape(picture.shape) + picture.mean()


# %% evaluate
def without_specks(regions, *, smallest=100):
    """The regions of at least so many pixels, numbered from 1 again."""
    sizes = np.bincount(regions.ravel())
    keep = (sizes >= smallest) & (np.arange(len(sizes)) > 0)
    return (np.cumsum(keep) * keep)[regions]


def count(regions, *, smallest=100):
    """How many regions there are, specks aside."""
    return int(without_specks(regions, smallest=smallest).max())


def found(regions, truth, *, overlap=0.8):
    """How many of the true regions have one that shares this much of the union with them."""
    shape = truth.max() + 1, regions.max() + 1
    pairs = np.bincount((truth * shape[1] + regions).ravel(), minlength=shape[0] * shape[1]).reshape(shape)
    union = pairs.sum(axis=1, keepdims=True) + pairs.sum(axis=0) - pairs
    return int(np.sum((pairs / union)[1:, 1:].max(axis=1, initial=0) >= overlap))


def radii(regions):
    """Radius of the disc of equal area, for each region, in pixels."""
    return np.sqrt(np.bincount(regions.ravel())[1:] / np.pi)


def kinds(sizes, *, most=5):
    """Bayesian information criterion of mixtures of 1, 2, … normal distributions of the sizes; the least is best."""
    column = np.log(sizes)[:, None]
    fits = [GaussianMixture(n, n_init=2, reg_covar=1e-4, random_state=0).fit(column) for n in range(1, most + 1)]
    return np.array([fit.bic(column) for fit in fits])


# %% main
def main(*, tables=range(10, 90, 20), coins=range(100, 220, 10), shrink=range(1, 13), offsets=3, seeds=10):
    """What each way to count says, over all its knobs."""
    picture = photograph()
    truth = without_specks(by_watershed(picture))
    flat = flattened(picture)
    levels = np.arange(0, 256, 2)
    single = {
        name: [by_threshold(each, level) for level in levels] for name, each in (("plain", picture), ("flat", flat))
    }
    noisy = [picture + np.random.default_rng(seed).normal(0, 10, picture.shape) for seed in range(seeds)]
    return {
        "truth": truth,
        "levels": levels,
        "specks": np.array([count(each, smallest=1) for each in single["plain"]]),
        "count": {name: np.array([count(each) for each in regions]) for name, regions in single.items()},
        "found": {name: np.array([found(each, truth) for each in regions]) for name, regions in single.items()},
        "watershed": np.array([[count(by_watershed(picture, table=t, coin=c)) for c in coins] for t in tables]),
        "noisy": np.array([count(by_watershed(each)) for each in noisy]),
        "smoothed": np.array([count(by_watershed(ndimage.gaussian_filter(each, 2))) for each in noisy]),
        "small": np.array([[shrunk_count(picture, by, start) for start in range(offsets)] for by in shrink]),
    }


def shrunk(picture, by, start):
    """The picture with each block of so many pixels squared averaged into one, from this row and column on."""
    rows, columns = ((length - start) // by * by + start for length in picture.shape)
    return transform.downscale_local_mean(picture[start:rows, start:columns], (by, by))


def shrunk_count(picture, by, start):
    """Coins counted in the smaller picture."""
    return count(by_watershed(shrunk(picture, by, start)), smallest=100 / by**2)


# %% result
if __name__ == "__main__":
    picture, measured = photograph(), main()
    truth, levels = measured["truth"], measured["levels"]
    sizes = radii(truth)
    bic = kinds(sizes)
    right = {name: (measured["count"][name] == 24) & (measured["found"][name] == 24) for name in ("plain", "flat")}
    at = {level: int(np.flatnonzero(levels == level)[0]) for level in (110, 112, 140)}
    results = {
        "counted": float(truth.max()),
        "thresholds_right": float(right["plain"].sum()),
        "thresholds_right_flat": float(right["flat"].sum()),
        "thresholds_24": float((measured["count"]["plain"] == 24).sum()),
        "specks_at_110": float(measured["specks"][at[110]]),
        "found_at_110": float(measured["found"]["plain"][at[110]]),
        "count_at_112": float(measured["count"]["plain"][at[112]]),
        "found_at_112": float(measured["found"]["plain"][at[112]]),
        "count_at_140": float(measured["count"]["plain"][at[140]]),
        "found_at_140": float(measured["found"]["plain"][at[140]]),
        "lowest_right_flat": float(levels[right["flat"]].min()),
        "highest_right_flat": float(levels[right["flat"]].max()),
        "watershed_24": float((measured["watershed"] == 24).mean()),
        "watershed_24_from_140": float((measured["watershed"][:, 4:10] == 24).mean()),
        "noisy": measured["noisy"].tolist(),
        "smoothed": measured["smoothed"].tolist(),
        **{f"small_{by}": measured["small"][by - 1].tolist() for by in (5, 6, 10, 12)},
        "smallest_radius": float(sizes.min()),
        "largest_radius": float(sizes.max()),
        "largest_gap": float(np.diff(np.log(np.sort(sizes))).max()),
        "best_kinds": float(1 + bic.argmin()),
        "bic_two_over_one": float(bic[1] - bic[0]),
    }
    print("watershed, what is surely table below (rows, 10 to 70) and surely coin above (100 to 210):")
    print(measured["watershed"])
    print(
        "\none threshold:",
        [
            f"{t}: {c} ({f})"
            for t, c, f in zip(levels, measured["count"]["plain"], measured["found"]["plain"], strict=True)
            if t in (60, 80, 100, 110, 112, 140, 160)
        ],
    )
    print("counted (of them coins with a right outline)")
    print("\nBIC of 1 to 5 kinds:", bic.round(1))

# %% coins
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 5.9))
    axis.imshow(picture, cmap="gray")
    middle = np.array([each.centroid for each in measure.regionprops(truth)])
    rows = np.searchsorted([90, 160, 230], middle[:, 0])
    for number, index in enumerate(np.lexsort((middle[:, 1], rows)), start=1):
        axis.contour(truth == index + 1, levels=[0.5], colors="#E69F00", linewidths=1.6)
        axis.annotate(
            str(number),
            np.add(middle[index][::-1], (0, sizes[index] + 9)),
            color="white",
            ha="center",
            va="center",
            fontsize=10,
            fontweight="bold",
        )
    axis.axis("off")
    axis.set_title("Twenty-four coins from Pompeii, found and numbered by a marker watershed")
    plt.show()

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, sharey=True)
    for axis, name, title in ((axes[0], "plain", "the photograph"), (axes[1], "flat", "less a slant of light")):
        axis.axhline(24, color="black", linewidth=1)
        axis.plot(levels, measured["count"][name], color="C1", label="counted")
        axis.plot(levels, measured["found"][name], color="C0", label="coins outlined rightly")
        axis.fill_between(levels, 0, 42, where=right[name], color="C0", alpha=0.2, linewidth=0, label="both are 24")
        axis.set(xlabel="threshold, grey level", title=title, xlim=(20, 235), ylim=(0, 42))
    axes[0].set_ylabel("regions of at least 100 pixels")
    axes[0].text(24, 24.5, "24", fontsize=9)
    axes[0].legend(loc="upper right", fontsize=9)
    figure.suptitle(
        "No threshold counts and outlines all coins, until the light is even", x=0.01, ha="left", fontsize=11
    )
    plt.show()

# %% small-pictures
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 4, figsize=(7.2, 2.2))
    for axis, by in zip(axes, (1, 5, 8, 12), strict=True):
        small = shrunk(picture, by, 0)
        axis.imshow(small, cmap="gray", vmin=0, vmax=255)
        regions = without_specks(by_watershed(small), smallest=100 / by**2)
        axis.contour(regions > 0, levels=[0.5], colors="#E69F00", linewidths=0.8)
        axis.set_title(f"{small.shape[1]} × {small.shape[0]}: {regions.max()}", fontsize=10)
        axis.axis("off")
    figure.suptitle("How small may the photograph be? (pixels: coins counted)", x=0.01, ha="left", fontsize=11)
    plt.show()
