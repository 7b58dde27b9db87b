"""What changed between two snapshots, and what of it was weakened without a word."""

from collections.abc import Iterator
from dataclasses import dataclass

from kb.claim import VERDICTS
from kb.markdown_table import table_row
from kb.metric import show
from kb.problem import Problem
from kb.snapshot import Snapshot
from kb.tolerance import tolerance

KINDS = ("weakened", "verdict", "moved", "new", "gone")
SAME_CLAIM = (("note", "says"), ("says", "where"), ("note", "metric"))  # what two rows of one claim have in common
ROUNDING = 1e-6  # of its value: a metric of one seed may move by that much for no reason that matters
REASON = "say why: change its `because`"
CORRECT = "add a dated correction to the note"
SPREADS = 2  # standard deviations over seeds, as `kb check` allows


@dataclass(frozen=True)
class Change:
    """One line of the difference; `problem` where it needs a reason and has none."""

    kind: str
    where: str
    what: str
    before: str = ""
    after: str = ""
    problem: Problem | None = None


def diff(old: Snapshot, new: Snapshot) -> list[Change]:
    """Every change, the gravest kind first."""
    pairs, gone, added = _paired(old.claims, new.claims)
    found = [change for before, after in pairs for change in _claim(old, new, before, after)]
    found += [Change("new", _place(row), row["says"], after=row["verdict"]) for row in added]
    found += [_gone(old, new, row) for row in gone]
    found += _metrics(old, new)
    return sorted(found, key=lambda change: KINDS.index(change.kind))


def _paired(old: list[dict], new: list[dict]) -> tuple[list[tuple[dict, dict]], list[dict], list[dict]]:
    """Rows of the same claim, the old ones left over, and the new ones."""
    pairs, gone, added = [], list(old), list(new)
    for fields in SAME_CLAIM:
        for row in list(added):
            key = [row[name] for name in fields]
            match = next((other for other in gone if None not in key and [other[name] for name in fields] == key), None)
            if match:
                pairs.append((match, row))
                gone.remove(match)
                added.remove(row)
    return pairs, gone, added


def _claim(old: Snapshot, new: Snapshot, before: dict, after: dict) -> Iterator[Change]:
    """How a claim was weakened, or its verdict changed."""
    reason = _reason(old, new, before, after)

    def change(kind: str, name: str, said: str) -> Change:
        message = f"{said} without a reason; {REASON}" + (f", or {CORRECT}" if old.corrections is not None else "")
        problem = None if reason else Problem(after["note"], after["line"], message, "diff")
        return Change(kind, _place(after), after["says"], before[name] or "nothing", after[name] or "nothing", problem)

    if before["metric"] != after["metric"]:
        yield change("weakened", "metric", f"tested by {after['metric']} instead of {before['metric']}")
    elif _loosened(before["expect"], after["expect"]):
        yield change("weakened", "expect", f'expects "{after["expect"]}" instead of "{before["expect"]}"')
    if before["verdict"] != after["verdict"]:
        softer = VERDICTS.index(after["verdict"]) > VERDICTS.index(before["verdict"])
        said = f"says '{after['verdict']}' instead of '{before['verdict']}'"
        yield change("weakened" if softer else "verdict", "verdict", said)
    elif after["computed"] not in (None, after["verdict"]) and before["computed"] == before["verdict"]:
        timed = after["metric"].partition(".")[0] in new.timed
        message = f"says '{after['verdict']}', but {after['metric']} gives '{after['computed']}' now"
        problem = Problem(after["note"], after["line"], f"{message}; correct the verdict", "diff", warning=timed)
        yield Change("verdict", _place(after), after["says"], before["computed"], after["computed"], problem)


def _loosened(before: str | None, after: str | None) -> bool:
    old, new = tolerance(before or ""), tolerance(after or "")
    return bool(old and new and new.accepts_more_than(old))


def _reason(old: Snapshot, new: Snapshot, before: dict, after: dict) -> bool:
    """Whether `because` says something else now, or the note has a correction that it had not."""
    return bool(after["because"] and after["because"] != before["because"]) or _corrected(
        old, new, before["note"], after["note"]
    )


def _corrected(old: Snapshot, new: Snapshot, before: str, after: str) -> bool:
    known = set((old.corrections or {}).get(before, ()))
    return old.corrections is not None and bool(set((new.corrections or {}).get(after, ())) - known)


def _gone(old: Snapshot, new: Snapshot, row: dict) -> Change:
    silent = old.corrections is not None and row["note"] in new.notes and not _corrected(old, new, *[row["note"]] * 2)
    message = f'the claim "{row["says"]}" is gone without a reason; {CORRECT}'
    problem = Problem(row["note"], 1, message, "diff") if silent else None
    return Change("gone", row["note"], row["says"], before=row["verdict"], problem=problem)


def _metrics(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """Metrics that moved; those that are new or gone by program."""
    for name in sorted(old.metrics.keys() & new.metrics.keys()):
        before, after = old.metrics[name], new.metrics[name]
        slack = max(SPREADS * before["spread"], SPREADS * after["spread"], ROUNDING * abs(before["mean"]))
        if abs(after["mean"] - before["mean"]) > slack:
            timed = " (about the machine)" if name.partition(".")[0] in new.timed else ""
            yield Change("moved", name, f"spread {show(after['spread'])}{timed}", _value(before), _value(after))
    if old.corrections is not None:  # published claims do not hold every metric
        for kind, here, there in (("new", new, old), ("gone", old, new)):
            names = [name.partition(".") for name in sorted(here.metrics.keys() - there.metrics.keys())]
            for snippet in dict.fromkeys(name for name, *_ in names if name not in there.missing):
                metrics = ", ".join(metric for name, _, metric in names if name == snippet)
                yield Change(kind, f"snippets/{snippet}.py", f"metrics: {metrics}")


def as_markdown(changes: list[Change], other: str, missing: list[str]) -> str:
    """The same for the summary of a job."""
    lines = [f"### Claims and metrics against `{other}`", ""]
    if changes:
        lines += ["| | where | what | before | after |", "|---|---|---|---|---|"]
    for change in changes:
        kind = f"**{change.kind}**" if change.problem else change.kind
        lines.append(table_row((kind, f"`{change.where}`", change.what, change.before, change.after)))
    lines += [] if changes else ["Nothing changed."]
    problems = [change.problem for change in changes if change.problem]
    lines += (
        ["", *(f"- `{problem.path}:{problem.line}`: {problem.message}" for problem in problems)] if problems else []
    )
    lines += ["", f"Not compared, for want of a run: {', '.join(missing)}."] if missing else []
    return "\n".join(lines) + "\n"


def _value(measured: dict) -> str:
    return f"{show(measured['mean'], 4)} ({measured['seeds']})"


def _place(row: dict) -> str:
    return f"{row['note']}:{row['line']}"
