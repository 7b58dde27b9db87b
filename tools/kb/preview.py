"""The picture beside a link to a note in messages and on social sites: its title, its verdicts, its first figure."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from PIL import Image, ImageDraw

from kb.cache import Cache, name_of
from kb.claim import VERDICTS
from kb.figure import Figure
from kb.ledger import verdicts
from kb.lettering import MONO, SERIF, Fonts, cut, fitting, wrapped
from kb.note import Note
from kb.notebook import Notebook
from kb.site import Site

STORE = ".cache/previews"
DEFAULT = "previews/index.jpg"  # no note has that name
VERSION = 2  # of the drawing: another number has all of them drawn anew
SIZE, EDGE, COLUMN, PADDING = (1200, 630), 64, 400, 16  # pixels; COLUMN is how wide a title is beside a figure
PAPER, CARD, LINE, INK, INK_2 = "#fcfbf8", "#ffffff", "#e3dfd4", "#1d2329", "#4a535c"  # as in site.css
COLOURS = {"reproduced": "#0d6b4e", "partial": "#7a5200", "differs": "#a4361a", "untestable": "#525a63"}


@dataclass(frozen=True)
class Preview:
    """What one picture shows; without a figure it has a text."""

    title: str
    site: str
    tally: dict[str, int]
    figure: bytes = b""
    text: str = ""

    @property
    def key(self) -> str:
        """The name under which it is kept: another one when anything of it changes."""
        return name_of(repr((VERSION, self.title, self.site, self.tally, self.text)).encode(), self.figure)


def figure(notebook: Notebook, note: Note) -> Figure | None:
    """The first drawing in pixels that a note shows."""
    for link in note.links:
        run = notebook.runs.get(link.path.rpartition("/")[2].removesuffix(".py"))
        for drawn in run.figures(link.fragment) if run else []:
            if drawn.kind == "image/png":
                return drawn
    return None


def address(notebook: Notebook, note: Note) -> str:
    """Where a note's picture lies below the site's address; one without a figure has that of the site."""
    return f"previews/{note.name}.jpg" if figure(notebook, note) else DEFAULT


def previews(site: Site, notebook: Notebook) -> Iterator[tuple[str, bytes]]:
    """Every picture with its address; what has been drawn before is kept, what is needed no more is not."""
    drawn, fonts = Cache(notebook.root / STORE), Fonts(notebook.root)
    for place, preview in _wanted(site, notebook):
        yield place, drawn.get(preview.key, partial(draw, preview, fonts))
    drawn.sweep()


def _wanted(site: Site, notebook: Notebook) -> Iterator[tuple[str, Preview]]:
    counts = Counter(claim.verdict for note in notebook.notes.values() for claim in note.claims)
    tally = {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]}
    yield DEFAULT, Preview(site.name, "", tally, text=site.description)
    for note in notebook.notes.values():
        if drawn := figure(notebook, note):
            yield f"previews/{note.name}.jpg", Preview(note.title, site.name, verdicts(note), drawn.data)


def draw(preview: Preview, fonts: Fonts) -> bytes:
    """The picture as a JPEG."""
    image = _paper(preview.figure).copy()
    pen = ImageDraw.Draw(image)
    width = COLUMN if preview.figure else SIZE[0] - 2 * EDGE
    title, font = fitting(preview.title, fonts, width)
    pen.multiline_text((EDGE, EDGE - 8), title, INK, font, spacing=8)
    font = fonts.font(SERIF, 30, preview.text)
    pen.multiline_text((EDGE, EDGE + 76), "\n".join(wrapped(preview.text, font, width)), INK_2, font, spacing=10)
    lines = [(f"{count:,} {verdict}", COLOURS[verdict], SERIF, 28) for verdict, count in preview.tally.items()]
    lines += [(preview.site, INK_2, MONO, 24)] * bool(preview.site)
    for above, (line, colour, face, size) in enumerate(reversed(lines)):
        font = fonts.font(face, size, line)
        pen.text((EDGE, SIZE[1] - EDGE - 40 * above), cut(line, font, width), colour, font, anchor="ls")
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


@lru_cache(maxsize=16)  # many notes show the same figure, and to make it small takes longer than all the rest
def _paper(data: bytes) -> Image.Image:
    """What is written on: with a figure, that lies on its card at the right edge, as large as there is room for it."""
    paper = Image.new("RGB", SIZE, PAPER)
    if data:
        drawn = Image.open(io.BytesIO(data)).convert("RGBA")
        room = (SIZE[0] - EDGE - COLUMN - 3 * EDGE // 2 - PADDING, SIZE[1] - EDGE - 2 * PADDING)
        scale = min(room[0] / drawn.width, room[1] / drawn.height)
        small = drawn.resize((round(drawn.width * scale), round(drawn.height * scale)), reducing_gap=2)
        left, top = SIZE[0] - EDGE // 2 - PADDING - small.width, (SIZE[1] - small.height) // 2
        box = (left - PADDING, top - PADDING, left + small.width + PADDING, top + small.height + PADDING)
        ImageDraw.Draw(paper).rectangle(box, fill=CARD, outline=LINE)
        paper.paste(small, (left, top), small)
    return paper
