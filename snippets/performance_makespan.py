"""Ten thousand programs on N workers: the process that sends and keeps them is the limit long before Dask's scheduler.

Source    R. L. Graham (1969), "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17(2),
          doi 10.1137/0117039; Dask.distributed, documentation, distributed.dask.org/en/latest
Differs   a simulation: what a program costs beyond itself was measured on one machine and two workers, and is the same
          here on thousands; networks, failing workers and the start of workers cost nothing; `kb run` plans by the
          last run's seconds, which here are the next run's too
Cost      about 7 s on 2 CPU cores
Notation  m workers; w make-span, the seconds until the last record is kept
"""

# %% setup
import json
from bisect import bisect_left
from heapq import heappop, heappush
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
PERFORMANCE = Path(__file__).parents[1] / "datasets/performance.json"


def measured():
    """What benchmarks/dispatch.py measured: seconds of each program of this site, and of what surrounds a run."""
    return json.loads(PERFORMANCE.read_text())["dispatch"]


def overheads(summary):
    """Seconds for each program, (of the scheduler, of the caller): if nothing costs anything, as measured, and lean.

    The caller prepares a program, sends it, receives its record, writes it and reads it back.  The lean caller is one
    that has prepared all before, and whose store costs no more when it is full.
    """

    def filling(what):  # the mean over a store that fills from none to 10,000
        return (summary[f"store of 0, 1 at a time: {what}"] + summary[f"store of 10000, 1 at a time: {what}"]) / 2

    scheduler, caller = (summary[f"dispatch, 2 at work: {process}"] for process in ("scheduler", "caller"))
    empty = summary["store of 0, 1 at a time: write"] + summary["store of 0, 1 at a time: read"]
    return {
        "free": (0.0, 0.0),
        "lean": (scheduler, caller + empty),
        "measured": (scheduler, summary["prepare: caller"] + caller + filling("write") + filling("read")),
    }


def draw(rng, costs, *, programs):
    """Seconds of so many programs, each as long as one of the real ones."""
    return rng.choice(costs, programs).tolist()


# %% model
def makespan(costs, workers, *, dispatch=0.0, keep=0.0):
    """Seconds until the last record is kept; programs start in this order, each on the first worker that is free.

    The scheduler takes `dispatch` for each program and the caller `keep` for each record, one at a time, in the order
    in which they are asked; a worker is free again when its record is kept, as in `kb run`.
    """
    events = [(0.0, "free")] * min(workers, len(costs))
    waiting = iter(costs)
    sent = kept = 0.0
    while events:
        now, what = heappop(events)
        if what == "ends":
            kept = max(kept, now) + keep
            heappush(events, (kept, "free"))
        elif (cost := next(waiting, None)) is not None:
            sent = max(sent, now) + dispatch
            heappush(events, (sent + cost, "ends"))
    return kept


ORDERS = {"longest first": lambda costs: sorted(costs, reverse=True), "first come": list}


# %% bounds
def bounds(costs, workers, *, dispatch=0.0, keep=0.0):
    """What no order can beat: a worker's share, the longest program, what passes the scheduler and the caller."""
    return {
        "work": sum(dispatch + cost + keep for cost in costs) / workers,
        "longest": dispatch + max(costs) + keep,
        "scheduler": dispatch * len(costs) + min(costs) + keep,
        "caller": dispatch + min(costs) + keep * len(costs),
    }


def graham(workers):
    """What no make-span exceeds, over the best: of programs in order of length, and of those in any order."""
    return {"longest first": 4 / 3 - 1 / (3 * workers), "first come": 2 - 1 / workers}


def worst(workers):
    """Programs that attain these bounds, and their best make-span."""
    longest_first = [length for length in range(2 * workers - 1, workers - 1, -1) for _ in range(2)] + [workers]
    first_come = [1] * (workers * (workers - 1)) + [workers]
    return {"longest first": (longest_first, 3 * workers), "first come": (first_come, workers)}


# %% evaluate
def efficiency(costs, workers, seconds):
    """The share of the workers' time in which programs ran."""
    return sum(costs) / (workers * seconds)


def half_efficient(costs, *, most, **overhead):
    """The fewest workers, at most `most`, of whose time less than half is used, the longest program first."""
    costs = ORDERS["longest first"](costs)

    def wasted(workers):
        return efficiency(costs, workers, makespan(costs, workers, **overhead)) < 0.5

    return bisect_left(range(most), True, lo=1, key=wasted)


# %% main
WORKERS = 2 ** np.arange(14)


def main(*, programs=10_000, workers=WORKERS, seeds=3):
    """Costs by seed, and make-spans {(way, order): (seeds, workers)}."""
    found = measured()
    ways = overheads(found["summary"])
    real = sorted(found["costs"].values())
    costs = [draw(np.random.default_rng(seed), real, programs=programs) for seed in range(seeds)]
    spans = {
        (way, order): np.array(
            [[makespan(arrange(each), m, dispatch=dispatch, keep=keep) for m in workers.tolist()] for each in costs]
        )
        for way, (dispatch, keep) in ways.items()
        for order, arrange in ORDERS.items()
    }
    return costs, spans


# %% result
if __name__ == "__main__":
    found = measured()
    summary, ways = found["summary"], overheads(found["summary"])
    costs, spans = main()
    total, longest = (np.array([reduce(each) for each in costs]) for reduce in (sum, max))
    program = total / len(costs[0])
    half = {
        way: [half_efficient(each, most=8192, dispatch=dispatch, keep=keep) for each in costs]
        for way, (dispatch, keep) in ways.items()
    }
    bound = {order: np.array([graham(m)[order] for m in WORKERS.tolist()]) for order in ORDERS}
    over_best = {
        order: spans["free", order] / np.maximum(total[:, None] / WORKERS, longest[:, None]) for order in ORDERS
    }
    over_worst = {
        order: [makespan(worst(m)[order][0], m) / worst(m)[order][1] / graham(m)[order] for m in range(2, 17)]
        for order in ORDERS
    }
    # one worker has no order to lose by: its ratio to the bound is 1, and is left out
    results = {
        "scheduler_seconds": ways["measured"][0],
        "scheduler_seconds_bare": summary["bare, 1 at work: scheduler"],
        "scheduler_seconds_batch": summary["batch, 1 at work: scheduler"],
        "caller_seconds": ways["measured"][1],
        "prepare_seconds": summary["prepare: caller"],
        "write_seconds": summary["store of 0, 1 at a time: write"],
        "write_seconds_full": summary["store of 10000, 1 at a time: write"],
        "caller_seconds_lean": ways["lean"][1],
        "bytes_there": summary["bytes: there"],
        "bytes_back": summary["bytes: back"],
        "program_seconds": program.tolist(),
        "hours_alone": (total / 3600).tolist(),
        "longest_rules_from": (total / longest).tolist(),
        "scheduler_rules_from": (program / ways["measured"][0]).tolist(),
        "caller_rules_from": (program / ways["measured"][1]).tolist(),
        "caller_rules_from_lean": (program / ways["lean"][1]).tolist(),
        "looks_rule_from": found["poll"] / summary["one look: caller"],
        "half_efficient": half["measured"],
        "half_efficient_lean": half["lean"],
        "half_efficient_free": half["free"],
        "longest_first_to_best": over_best["longest first"].max(axis=1).tolist(),
        "first_come_to_best": over_best["first come"].max(axis=1).tolist(),
        "longest_first_to_graham": (over_best["longest first"] / bound["longest first"])[:, 1:].max(axis=1).tolist(),
        "first_come_to_graham": (over_best["first come"] / bound["first come"])[:, 1:].max(axis=1).tolist(),
        "worst_longest_first_to_graham": over_worst["longest first"],
        "worst_first_come_to_graham": over_worst["first come"],
    }
    for way, suffix in {"measured": "", "lean": "_lean", "free": "_free"}.items():
        for m in (64, 256, 1024):
            first, come = (spans[way, order][:, WORKERS.tolist().index(m)] for order in ORDERS)
            results[f"minutes_{m}{suffix}"] = (first / 60).tolist()
            results[f"speedup_{m}{suffix}"] = (total / first).tolist()
            results[f"longest_first_to_first_come_{m}{suffix}"] = (first / come).tolist()
    print("make-span in seconds (efficiency), mean of 3 seeds, longest first; then first come")
    print("workers" + "".join(f"{way:>19s}" for way in ways) + "".join(f"{way:>14s}" for way in ways))
    for place, m in enumerate(WORKERS):
        first, come = ([spans[way, order][:, place].mean() for way in ways] for order in ORDERS)
        shares = [efficiency(total.tolist(), m * len(total), span) for span in first]
        cells = [f"{span:10.1f} ({share:6.3f})" for span, share in zip(first, shares, strict=True)]
        print(f"{m:7d}" + "".join(cells) + "".join(f"{span:14.1f}" for span in come))
    print("fewest workers of whose time less than half is used:", half)

# %% figure
if __name__ == "__main__":
    WAYS = {"measured": ("C0", "o"), "lean": ("C2", "s")}
    figure, axis = plt.subplots()
    floor = {way: bounds(costs[0], 1, dispatch=dispatch, keep=keep) for way, (dispatch, keep) in ways.items()}
    axis.plot(WORKERS, total.mean() / WORKERS, "--", color="0.35", lw=1.2)
    axis.text(2.3, total.mean() / 2, "all work, parted evenly", color="0.35", fontsize=9)
    for text, seconds, color, side in (
        ("caller", floor["measured"]["caller"], "C0", "bottom"),
        ("longest program", longest.mean(), "0.35", "bottom"),
        ("scheduler", floor["measured"]["scheduler"], "C1", "top"),
    ):
        axis.axhline(seconds, ls=":", color=color, lw=1.2)
        rules_from = total.mean() / seconds
        axis.text(
            1, seconds, f"{text}: {seconds:.0f} s, rules from {rules_from:.0f} on", color=color, fontsize=9, va=side
        )
        axis.plot(rules_from, seconds, "|", color=color, ms=12)
    for way, (color, marker) in WAYS.items():
        points = spans[way, "longest first"].mean(axis=0)
        axis.plot(
            WORKERS,
            points,
            marker,
            color=color,
            ms=5,
            label={"measured": "simulated, as measured", "lean": "simulated, lean caller"}[way],
        )
    axis.set_xscale("log", base=2)
    axis.set(yscale="log", xlabel="workers", ylabel="make-span in seconds", ylim=(20, None))
    axis.set_xticks(WORKERS[::2], WORKERS[::2])
    axis.set_title("More workers help until one process that sends and keeps is busy all the time")
    axis.legend()
    plt.show()

# %% efficiency
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for way, color, label in (
        ("free", "0.35", "nothing but the programs"),
        ("lean", "C2", "lean caller"),
        ("measured", "C0", "as measured"),
    ):
        for order, style in (("longest first", "-"), ("first come", "--")):
            used = (total[:, None] / WORKERS / spans[way, order]).mean(axis=0)
            axis.plot(WORKERS, used, style, color=color, label=label if style == "-" else None)
        axis.plot(np.mean(half[way]), 0.5, "o", color=color)
        side = "left" if way == "free" else "right"
        axis.text(
            np.mean(half[way]), 0.5, f"  {np.mean(half[way]):.0f}  ", color=color, fontsize=9, ha=side, va="center"
        )
    axis.set_xscale("log", base=2)
    axis.set_xticks(WORKERS[::2], WORKERS[::2])
    axis.set(xlabel="workers", ylabel="share of the workers' time in which programs run", ylim=(0, 1.02))
    axis.set_title("Half the workers' time is wasted from the marked number on (dashed: first come)")
    axis.legend(loc="lower left")
    plt.show()

# %% order
if __name__ == "__main__":
    figure, axis = plt.subplots()
    for order, color, marker in (("first come", "C1", "s"), ("longest first", "C0", "o")):
        axis.plot(WORKERS, bound[order], "--", color=color, lw=1.2, label=f"Graham's bound, {order}")
        axis.plot(WORKERS, over_best[order].mean(axis=0), marker, color=color, ms=5, label=f"simulated, {order}")
    axis.set_xscale("log", base=2)
    axis.set_xticks(WORKERS[::2], WORKERS[::2])
    axis.set(xlabel="workers", ylabel="make-span over what no order can beat", ylim=(0.95, 2.05))
    axis.set_title("Longest first is nearly the best; first come loses most where the longest program rules")
    axis.legend()
    plt.show()
