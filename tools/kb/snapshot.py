"""What a notebook states and measures at one time: its claims, its metrics, and the corrections of its notes.

`python -m kb.snapshot` prints that of the notebook in this folder, as JSON.
"""

import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kb.ledger import ledger
from kb.metric import mean, seeds, spread
from kb.notebook import Notebook, find_root
from kb.problem import Trouble, read_text

NEEDED = {"note", "says", "where", "metric", "measured", "spread", "seeds", "expect", "verdict", "computed"}


@dataclass(frozen=True)
class Snapshot:
    """`corrections` is nothing where only the published claims are known."""

    claims: list[dict]  # the rows of `claims.json`, each with its `line`
    metrics: dict[str, dict]  # by SNIPPET.METRIC: `mean`, `spread` and `seeds`
    notes: list[str] = field(default_factory=list)
    corrections: dict[str, list[str]] | None = None  # by note
    timed: list[str] = field(default_factory=list)  # the snippets whose numbers are about the machine
    missing: list[str] = field(default_factory=list)  # the snippets without a fresh run


def snapshot(notebook: Notebook) -> Snapshot:
    """That of a notebook as it stands."""
    notes = notebook.notes.values()
    lines = [claim.line for note in notes for claim in note.claims]
    measured = {
        f"{name}.{metric}": {"mean": mean(value), "spread": spread(value), "seeds": len(seeds(value))}
        for name, run in notebook.runs.items()
        for metric, value in run.record["metrics"].items()
    }
    return Snapshot(
        [row | {"line": line} for row, line in zip(ledger(notebook), lines, strict=True)],
        measured,
        notebook.note_paths,
        {note.path: note.meta["corrections"] for note in notes if isinstance(note.meta.get("corrections"), list)},
        [name for name, snippet in notebook.snippets.items() if snippet.alone],
        [name for name in notebook.snippets if name not in notebook.runs],
    )


def saved_claims(path: Path, shown: str) -> Snapshot:
    """That of a `claims.json` which was kept."""
    try:
        rows = json.loads(read_text(path, shown))
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() >= NEEDED for row in rows):
        raise Trouble(shown, 1, "it holds no list of claims; give what `kb claims --json` wrote", "diff")
    claims = [{"because": None, "line": 1} | row for row in rows]
    measured = {
        row["metric"]: {"mean": row["measured"], "spread": row["spread"], "seeds": row["seeds"]}
        for row in claims
        if row["measured"] is not None
    }
    return Snapshot(claims, measured)


def main() -> None:
    """Print that of the notebook in this folder."""
    try:
        print(json.dumps(asdict(snapshot(Notebook(find_root(Path.cwd()))))))
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
