"""Every claim of every note, beside what was measured."""

from collections import Counter

from kb.claim import VERDICTS, computed_verdict
from kb.metric import mean, seeds, spread
from kb.note import Note
from kb.notebook import Notebook
from kb.snippet import slug


def ledger(notebook: Notebook) -> list[dict]:
    """Every claim of every note, beside what was measured; the published shape of `claims.json`."""
    rows = []
    for note in notebook.notes.values():
        for claim in note.claims:
            run = notebook.runs.get(claim.snippet)
            measured = run.metrics.get(claim.metric_name) if run else None
            rows.append(
                {
                    "note": note.path,
                    "says": claim.says,
                    "where": claim.where,
                    "paper": claim.paper,
                    "metric": claim.metric,
                    "measured": None if measured is None else mean(measured),
                    "spread": None if measured is None else spread(measured),
                    "seeds": None if measured is None else len(seeds(measured)),
                    "expect": claim.expect,
                    "verdict": claim.verdict,
                    "computed": computed_verdict(claim, measured),
                    "fresh": run is not None or claim.metric is None,
                    "because": claim.because,
                }
            )
    return rows


def verdicts(note: Note) -> dict[str, int]:
    """How many of a note's claims have each verdict."""
    counts = Counter(claim.verdict for claim in note.claims)
    return {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]}


def anchors(note: Note) -> list[str]:
    """The name of each of a note's claims in addresses: the note and the metric, or the claim's first words."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for claim in note.claims:
        name = f"{note.name}.{slug(claim.metric_name or ' '.join(claim.says.split()[:5]))}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names
