"""What `kb` shows in a terminal: progress, problems, the ledger."""

import sys
import time
from collections import Counter

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from kb.diff import Change
from kb.edit import Rewrite
from kb.execute import Outcome
from kb.metric import show
from kb.problem import Problem

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Progress:
    """A live line for each running snippet and a count of what is left; plain lines where there is no terminal."""

    def __init__(self, total: int):
        self.total, self.done = total, 0
        self.running: dict[str, tuple[float, str]] = {}
        self.uncontained: dict[str, str] = {}  # what was told of it
        self.live = Live(get_renderable=self._table, console=err, refresh_per_second=4, transient=True)

    def __enter__(self) -> "Progress":
        if err.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if err.is_terminal:
            self.live.stop()

    def tell(self, name: str, event: dict) -> None:
        """Hear what `execute` tells of a snippet."""
        if "start" in event:
            self.running[name] = (time.monotonic(), "starting")
            self._line(f"{name}: started")
        elif event.get("cell"):
            self.running[name] = (self.running[name][0], event["cell"])
        elif event.get("uncontained", self.uncontained) != self.uncontained:
            self.uncontained = event["uncontained"]
            missing = ", ".join(f"{what} ({why})" for what, why in self.uncontained.items())
            err.print(f"only Python itself contains what programs do to: {missing}", markup=False)
        elif "says" in event:
            self.running[name] = (self.running[name][0], event["says"].strip())
        elif "end" in event:
            began, _ = self.running.pop(name, (time.monotonic(), ""))  # what cannot start ends all the same
            self.done += 1
            self._line(f"{name}: {event['end']} after {time.monotonic() - began:.1f} s ({self.total - self.done} left)")

        elif "notice" in event:
            err.print(f"{name}: {event['notice']}", markup=False)

    def _line(self, text: str) -> None:
        if not err.is_terminal:
            err.print(text, markup=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for name, (began, what) in list(self.running.items()):
            table.add_row(f"[bold]{name}", f"{time.monotonic() - began:.0f} s", what.replace("[", r"\["))
        table.add_row(f"[dim]{self.total - self.done} left")
        return table


def problems(found: list[Problem]) -> None:
    """One line for each."""
    for problem in found:
        err.print(str(problem), style="yellow" if problem.warning else "red", markup=False)


def outcomes(found: list[Outcome]) -> None:
    """The table at the end of a run, then what failed with its last output."""
    ran = [outcome for outcome in found if outcome.status == "ran"]
    if ran:
        table = Table("snippet", "seconds", "CPU seconds", "memory", box=None, header_style="dim")
        for outcome in ran:
            table.add_row(
                outcome.name, f"{outcome.seconds:.1f}", f"{outcome.cpu_seconds:.1f}", f"{outcome.memory / 1e6:.0f} MB"
            )
        out.print(table)
    for outcome in found:
        if outcome.problem:
            problems([outcome.problem])
            err.print(
                "\n".join(f"    {line}" for line in outcome.tail.splitlines()),
                style="dim",
                markup=False,
                end="\n" * bool(outcome.tail),
            )
    counts = {status: sum(outcome.status == status for outcome in found) for status in ("fresh", "ran", "failed")}
    out.print(", ".join(f"{count} {status}" for status, count in counts.items() if count) or "no snippets")


def ledger(rows: list[dict]) -> None:
    """Every claim in a line."""
    table = Table("note", "claim", "source", "expected", "measured", "verdict", box=None, header_style="dim")
    for row in rows:
        measured = "-" if row["measured"] is None else f"{show(row['measured'], 4)} ({row['seeds']})"
        paper = "-" if row["paper"] is None else show(row["paper"])
        agreed = (
            row["verdict"] if row["verdict"] == row["computed"] else f"{row['verdict']}, computed {row['computed']}"
        )
        table.add_row(row["note"].removeprefix("notes/"), row["says"], paper, row["expect"] or "-", measured, agreed)
    out.print(table)


def diffs(rewrites: list[Rewrite]) -> None:
    """What would change, as `patch` reads it; in colours where someone looks."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for row in (row for each in rewrites for row in each.diff()):
        if out.is_terminal:
            out.print(row, markup=False, end="", style=colours.get(row[0]))
        else:
            sys.stdout.write(row)  # rich would drop carriage returns


def changes(found: list[Change], missing: list[str]) -> None:
    """What changed, a line each."""
    if found:
        table = Table(box=None, header_style="dim")
        for name in ("", "where", "what", "before", "after"):
            table.add_column(name, overflow="fold")  # a place that is cut off cannot be gone to
        for change in found:
            cells = (change.kind, change.where, change.what, change.before, change.after)
            table.add_row(*map(escape, cells), style="red" if change.problem and not change.problem.warning else None)
        out.print(table)
    if missing:
        out.print(f"not compared, for want of a run: {', '.join(missing)}", markup=False)
    counts = Counter(change.kind for change in found)
    out.print(", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing changed")


def remark(text: str) -> None:
    """A line beside the output: what is going on."""
    err.print(text, markup=False, style="dim")


def say(text: str) -> None:
    """A line on the ordinary output."""
    out.print(text, markup=False)


def has_person() -> bool:
    """Whether there is someone to ask."""
    return sys.stdin.isatty()


def agrees(question: str) -> bool:
    """Whether the person says yes; nothing said is no."""
    try:
        return ask(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False


def ask(question: str) -> str:
    """What the person answers; raises EOFError where none comes."""
    return input(question)
