"""A list of notes, the newest first: on one page while they are few, else about a hundred a page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape

from kb.cards import badges, chips, description, time
from kb.note import Note
from kb.pages import html, page

SIZE = 100


@dataclass(frozen=True)
class Listing:
    """The notes of a list and the address of its first page, below the site's; `tags` says whether theirs are shown."""

    address: str
    title: str
    notes: list[Note]
    tags: bool = False

    @cached_property
    def parts(self) -> list[list[Note]]:
        """The notes of each page: up to 149 on the first, 100 on each other.

        Those are numbered from the oldest: a page keeps its address and its notes when new ones are written.
        """
        first = len(self.notes) - max(0, (len(self.notes) - SIZE // 2) // SIZE) * SIZE
        return [self.notes[:first], *(self.notes[at : at + SIZE] for at in range(first, len(self.notes), SIZE))]

    def pages(self, above: Callable[[str], list[str]] = lambda _: [], below: Iterable[str] = ()) -> dict[str, str]:
        """Every page by its file; `above`, given the way to the first, stands on all of them, `below` on the first."""
        made = {f"{self.address}.md": page(self.title, *above(""), *self._blocks(0), *below)}
        for at in range(1, len(self.parts)):
            number = len(self.parts) - at
            made[f"{self.address}/{number}.md"] = page(f"{self.title}, part {number}", *above("../"), *self._blocks(at))
        return made

    def _blocks(self, at: int) -> list[str]:
        up = "../" * (self.address.count("/") + 1 + bool(at))
        rows = "".join(f"<li{self._anchor(note)}>{self._row(note, up)}</li>" for note in self.parts[at])
        shown = html(f'<ul class="notelist" data-pagefind-ignore>{rows}</ul>')
        return [html(self._years_shown(at)), shown, html(self._turn(at))] if len(self.parts) > 1 else [shown]

    def _row(self, note: Note, up: str) -> str:
        title = f'<a class="title" href="{up}{note.name}/">{escape(note.title)}</a>'
        marks = badges(note) + (chips(note.tags, up) if self.tags else "")
        return f'{time(note)}<div>{title}{description(note)}<div class="marks">{marks}</div></div>'

    @cached_property
    def _years(self) -> dict[str, list[tuple[int, Note]]]:
        """The notes of each year, and the pages on which they stand."""
        years: dict[str, list[tuple[int, Note]]] = {}
        for at, part in enumerate(self.parts):
            for note in part:
                years.setdefault(_year(note), []).append((at, note))
        return years

    def _anchor(self, note: Note) -> str:
        year = _year(note)
        return f' id="{year}"' if year and self._years[year][0][1] is note else ""

    def _years_shown(self, at: int) -> str:
        """How many notes there are, which of them stand here, and links to where each year begins."""
        here = self.parts[at]
        told = f"{len(self.notes):,} notes, the newest first; here {time(here[0])} to {time(here[-1])}."
        starts = {year: f"{self._to(found[0][0], at)}#{year}" for year, found in self._years.items()}
        links = "".join(
            f'<li><a class="chip" href="{start}">{year}<small>{len(self._years[year]):,}</small></a></li>'
            for year, start in starts.items()
        )
        return f'<p>{told}</p><nav aria-label="Years"><ul class="tagcloud">{links}</ul></nav>'

    def _turn(self, at: int) -> str:
        """Links to the page of newer notes and to that of older ones."""
        newer = f'<a class="button" rel="prev" href="{self._to(at - 1, at)}">← Newer</a>' if at else ""
        last = at + 1 == len(self.parts)
        older = "" if last else f'<a class="button" rel="next" href="{self._to(at + 1, at)}">Older →</a>'
        return f'<nav class="turn" aria-label="Newer and older notes">{newer}{older}</nav>'

    def _to(self, part: int, at: int) -> str:
        """The way from one page to another."""
        return ("../" if at else "") + (f"{len(self.parts) - part}/" if part else "") or "./"


def _year(note: Note) -> str:
    return str(note.meta.get("date", ""))[:4]
