"""What it costs to run every program supervised and in a fresh kernel, beside running it plainly.

Source    the benchmark of this repository, benchmarks/running.py, as `kb bench` ran it
Differs   nothing is measured here: the numbers are those of the machine and the day that the first table names
Cost      about 2 s on one core
"""

# %% setup
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MEASURED = json.loads((Path(__file__).parents[1] / "datasets/performance.json").read_text())["running"]
PLAIN, COLD = "plain processes", "kb run, cold"


# %% evaluate
def seconds(rows, what):
    """The seconds of each turn, (turns,)."""
    return np.array([row[what] for row in rows])


def cold_over_plain(rows, what):
    """What `kb run` took over what plain processes took, turn by turn, (turns,)."""
    return seconds(rows[COLD], what) / seconds(rows[PLAIN], what)


def dozens(rows):
    """A row for each dozen of programs, of which the two were measured minutes apart, in place of one for each turn."""
    return {name: [part for row in rows[name] for part in row["parts"]] for name in (PLAIN, COLD)}


def cores_busy(rows):
    """CPU seconds in a second, turn by turn, (turns,)."""
    return seconds(rows, "cpu") / seconds(rows, "wall")


# %% result
if __name__ == "__main__":
    rows = MEASURED["rows"]
    programs = len(MEASURED["programs"])
    parts = cold_over_plain(dozens(rows), "cpu")
    more = (seconds(rows[COLD], "cpu") - seconds(rows[PLAIN], "cpu")) / programs
    results = {
        "programs": programs,
        "cold_over_plain": cold_over_plain(rows, "cpu").tolist(),
        "cold_over_plain_wall": cold_over_plain(rows, "wall").tolist(),
        "parts_least": parts.min(),
        "parts_most": parts.max(),
        "more_per_program": more.tolist(),
        "busy_plain": cores_busy(rows[PLAIN]).tolist(),
        "busy_cold": cores_busy(rows[COLD]).tolist(),
        "warm_run": seconds(rows["kb run, nothing to do"], "cpu").tolist(),
        "check": seconds(rows["kb check"], "cpu").tolist(),
        "build_nothing": seconds(rows["kb build, nothing changed"], "cpu").tolist(),
        "build_one_note": seconds(rows["kb build, one note changed"], "cpu").tolist(),
    }
    turns = len(rows[COLD])
    machine = MEASURED["machine"]
    print(f"{programs} programs, {MEASURED['jobs']} at a time, in {turns} {'turns' if turns > 1 else 'turn'}")
    print(f"short commands {len(rows['kb check'])} times; medians")
    print(f"{MEASURED['date'][:10]}, revision {MEASURED['revision'][:7]}")
    print(f"{machine['processor']}, {machine['cores']} cores\n")
    print(f"{'':28}{'CPU s':>9}{'wall s':>9}{'cores busy':>12}")
    for name, found in rows.items():
        cpu, wall = (np.median(seconds(found, what)) for what in ("cpu", "wall"))
        print(f"{name:28}{cpu:9.1f}{wall:9.1f}{cpu / wall:12.2f}")

# %% figure
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    names = list(rows)[::-1]
    for place, name in enumerate(names):
        found = seconds(rows[name], "cpu")
        axis.barh(place, np.median(found), 0.6, color="C1" if name == PLAIN else "C0")
        axis.text(1.1 * max(found), place, f"{np.median(found):,.{0 if min(found) > 10 else 2}f}", va="center")
        axis.plot(found, np.full(len(found), place), "k|", markersize=9)
    axis.set_yticks(range(len(names)), names)
    axis.set(xscale="log", xlabel="CPU seconds", xlim=(0.1, 4 * max(seconds(rows[COLD], "cpu"))))
    axis.grid(axis="y", visible=False)
    axis.set_title("Minutes once; then under a second to know that nothing changed")
    plt.show()
