"""Which notes are near a note: they share tags, or one links to the other."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection
from heapq import nsmallest

from kb.note import Note
from kb.notebook import Notebook
from kb.tag import find

MOST = 4
LEAST = math.log(3)  # what is shared must be rarer than one note in three
NEAR = (
    10  # notes of a tag that are weighed, before and after a note's own place: a bound, so that 10,000 cost no square
)


class Related:
    """Weighs what notes share: a rare tag counts for more, and so does a link of a note that links to few."""

    def __init__(self, notebook: Notebook, order: list[Note]):
        self.order = order
        self.places = {note.name: place for place, note in enumerate(order)}
        self.tags = [{tag.name for name in note.tags if (tag := find(name, notebook.tags))} for note in order]
        self.tagged: dict[str, list[int]] = defaultdict(list)
        for place, tags in enumerate(self.tags):
            for tag in tags:
                self.tagged[tag].append(place)
        self.rarity = {tag: math.log(len(order) / len(places)) for tag, places in self.tagged.items()}
        self.linked: list[dict[int, float]] = [{} for _ in order]
        self._weigh_links(notebook)

    def _weigh_links(self, notebook: Notebook) -> None:
        links: dict[int, list[int]] = defaultdict(list)
        for name, sources in notebook.mentions.items():
            for source in sources if name in self.places else []:
                links[self.places[source.name]].append(self.places[name])
        for source, targets in links.items():
            for target in targets:
                self.linked[source][target] = self.linked[target][source] = math.log(len(self.order) / len(targets))

    def to(self, note: Note, besides: Collection[str]) -> list[tuple[Note, list[str]]]:
        """The nearest notes but those of the names `besides`, each with the tags that it shares, the rarest first."""
        place = self.places[note.name]
        known = {place, *(self.places[name] for name in besides)}
        weights = {other: self._weight(place, other) for other in self._candidates(place) - known}
        near = nsmallest(MOST, weights, key=lambda other: (-weights[other], abs(other - place), other))
        return [(self.order[other], self._shared(place, other)) for other in near if weights[other] >= LEAST]

    def _candidates(self, place: int) -> set[int]:
        found = set(self.linked[place])
        for tag in self.tags[place]:
            at = bisect_left(self.tagged[tag], place)
            found.update(self.tagged[tag][max(0, at - NEAR) : at + NEAR + 1])
        return found

    def _weight(self, place: int, other: int) -> float:
        shared = self.tags[place] & self.tags[other]
        return self.linked[place].get(other, 0.0) + sum(map(self.rarity.__getitem__, shared))

    def _shared(self, place: int, other: int) -> list[str]:
        return sorted(self.tags[place] & self.tags[other], key=lambda tag: (-self.rarity[tag], tag))
