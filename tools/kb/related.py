"""Which notes are near a note: they share tags, or one links to the other."""

import math
from bisect import bisect_left
from collections import defaultdict

from kb.note import Note
from kb.notebook import Notebook
from kb.tag import find

LEAST = math.log(3)  # what is shared must be rarer than one note in three
NEAR = (
    25  # notes of a tag that are weighed, before and after a note's own place: a bound, so that 10,000 cost no square
)


class Related:
    """Weighs what notes share: a rare tag counts for more, and so does a link of a note that links to few."""

    def __init__(self, notebook: Notebook, order: list[Note]):
        self.order = order
        self.tags = {
            note.name: {tag.name for name in note.tags if (tag := find(name, notebook.tags))} for note in order
        }
        self.tagged: dict[str, list[int]] = defaultdict(list)
        for place, note in enumerate(order):
            for tag in self.tags[note.name]:
                self.tagged[tag].append(place)
        self.places = {note.name: place for place, note in enumerate(order)}
        links = [(source.name, name) for name, found in notebook.mentions.items() for source in found]
        links = [(source, name) for source, name in links if name in self.places]
        self.linked: dict[str, dict[str, float]] = defaultdict(dict)
        degree: dict[str, int] = defaultdict(int)
        for source, _ in links:
            degree[source] += 1
        for source, name in links:
            self.linked[source][name] = self.linked[name][source] = self._rarity(degree[source])

    def to(self, note: Note) -> list[tuple[Note, list[str]]]:
        """The notes near it, the nearest first, each with the tags that it shares, the rarest first."""
        place, linked, tags = self.places[note.name], self.linked[note.name], self.tags[note.name]
        weighed = []
        for other in self._candidates(note.name) - {place}:
            name = self.order[other].name
            shared = sorted(tags & self.tags[name], key=lambda tag: (len(self.tagged[tag]), tag))
            weight = linked.get(name, 0.0) + sum(self._rarity(len(self.tagged[tag])) for tag in shared)
            if weight >= LEAST:
                weighed.append((-weight, abs(other - place), name, shared))
        return [(self.order[self.places[name]], shared) for *_, name, shared in sorted(weighed)]

    def _candidates(self, name: str) -> set[int]:
        found = {self.places[other] for other in self.linked[name]}
        for tag in self.tags[name]:
            places = self.tagged[tag]
            at = bisect_left(places, self.places[name])
            found.update(places[max(0, at - NEAR) : at + NEAR + 1])
        return found

    def _rarity(self, count: int) -> float:
        return math.log(len(self.order) / count)
