"""Tools that run the programs of notes: what each costs, and what each notices when something changed or broke.

Source    the benchmark of this repository, benchmarks/peers.py, as `kb bench` ran it
Differs   nothing is measured here: the numbers are those of the machine and the day that the first table names
Cost      about 3 s on one core
"""

# %% setup
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

plt.style.use(Path(__file__).with_name("style.mplstyle"))

# %% data
MEASURED = json.loads((Path(__file__).parents[1] / "datasets/performance.json").read_text())["peers"]
SCENARIOS = {
    "cold": "nothing kept",
    "warm": "nothing changed",
    "comment": "a comment",
    "code": "a line of code",
    "data": "a byte of data",
    "package": "a package",
}
CHANGES = {key: SCENARIOS[key] for key in ("code", "data", "package")}
FAULTS = {
    "assert": "an assert\nfails",
    "os._exit": "it ends\nhalf way",
    "NaN": "it measures\nNaN",
    "wrong number": "a number is\nnot the claimed",
}
OURS = ("kb run", "kb build")


# %% evaluate
def noticed(answers, questions):
    """How many of the questions a tool answers rightly; what is not its job is not counted."""
    return sum(answers[question]["verdict"] == "noticed" for question in questions)


def cpu(tool, scenario):
    """The median CPU seconds over the turns."""
    return float(np.median(MEASURED["seconds"][tool][scenario]["cpu"]))


# %% result
if __name__ == "__main__":
    tools = list(MEASURED["seconds"])
    answers = MEASURED["answers"]
    peers = [tool for tool in tools if tool not in OURS]
    questions = (*CHANGES, *FAULTS)
    results = {
        "programs": len(MEASURED["programs"]),
        "questions": len(questions),
        **{f"noticed_{tool.replace(' ', '_')}": noticed(answers[tool], questions) for tool in OURS},
        "noticed_peers_most": max(noticed(answers[tool], questions) for tool in peers),
        "stale_myst": sum(answers["MyST-NB"][change]["verdict"] == "stale" for change in CHANGES),
        "peers_stale": sum("stale" in {answers[tool][change]["verdict"] for change in CHANGES} for tool in peers),
        "peers_silent": sum("silent" in {each["verdict"] for each in answers[tool].values()} for tool in peers),
        **{f"{scenario}_kb": cpu("kb run", scenario) for scenario in SCENARIOS},
        **{f"{scenario}_peers_least": min(cpu(tool, scenario) for tool in peers) for scenario in SCENARIOS},
        **{f"{scenario}_peers_most": max(cpu(tool, scenario) for tool in peers) for scenario in SCENARIOS},
    }
    machine = MEASURED["machine"]
    turns = len(MEASURED["seconds"]["kb run"]["cold"]["cpu"])
    print(f"{len(MEASURED['programs'])} programs; median CPU seconds over {turns} {'turns' if turns > 1 else 'turn'}")
    print(f"{MEASURED['date'][:10]}, revision {MEASURED['revision'][:7]}")
    print(f"{machine['processor']}, {machine['cores']} cores\n")
    print(f"{'':20}" + "".join(f"{label:>17}" for label in SCENARIOS.values()))
    for tool in tools:
        print(f"{tool:20}" + "".join(f"{cpu(tool, scenario):17.1f}" for scenario in SCENARIOS))
    print("\n" + "\n".join(f"{tool:20}{version}" for tool, version in MEASURED["versions"].items()))

# %% costs
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.8))
    for place, tool in enumerate(tools[::-1]):
        for scenario, marker, color in (("cold", "o", "C0"), ("code", "^", "C2"), ("warm", "s", "C1")):
            label = SCENARIOS[scenario] if place == 0 else None
            label = "a line of code changed" if label == "a line of code" else label
            axis.plot(cpu(tool, scenario), place, marker, color=color, markersize=8, label=label)
    axis.set_yticks(range(len(tools)), tools[::-1])
    axis.set(xscale="log", xlabel="CPU seconds for all the programs")
    figure.legend(loc="outside lower center", ncols=3)
    axis.set_title("What each tool costs: the first time, after one change, and when nothing changed")
    plt.show()

# %% answers
if __name__ == "__main__":
    COLORS = {"noticed": "#d3e9df", "stale": "#f6d0bd", "silent": "#f6d0bd", "not its job": "#ececec"}
    WORDS = {"noticed": "noticed", "stale": "shows the old", "silent": "says nothing", "not its job": "not its job"}
    questions = {**{key: f"{label}\nchanged" for key, label in CHANGES.items()}, **FAULTS}
    figure, axis = plt.subplots(figsize=(7.2, 4.2))
    for row, tool in enumerate(tools):
        for column, question in enumerate(questions):
            verdict = answers[tool][question]["verdict"]
            axis.add_patch(plt.Rectangle((column, row), 0.96, 0.92, color=COLORS[verdict]))
            axis.text(column + 0.48, row + 0.46, WORDS[verdict], ha="center", va="center", fontsize=8)
    axis.set(xlim=(0, len(questions)), ylim=(len(tools), 0))
    axis.set_xticks(np.arange(len(questions)) + 0.48, questions.values(), fontsize=8)
    axis.set_yticks(np.arange(len(tools)) + 0.46, tools)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.grid(visible=False)
    for side in axis.spines.values():
        side.set_visible(False)
    plt.show()

# %% evidence
if __name__ == "__main__":
    for tool in tools:
        print(tool)
        for question, each in answers[tool].items():
            print(f"  {question}: {each['verdict']}; {each['evidence']}")
