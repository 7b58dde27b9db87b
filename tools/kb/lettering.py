"""Text in pictures: the site's own fonts, and lines of words that fit."""

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = "notes/assets/fonts"
# the second, which matplotlib brings along, where the first lacks a letter
SERIF = ("source-serif-4-latin-wght-normal.woff2", "DejaVuSerif.ttf")
MONO = ("ibm-plex-mono-latin-400-normal.woff2", "DejaVuSansMono.ttf")
REGULAR, BOLD = 400, 620
LARGEST, SMALLEST, LINES = 46, 34, 6  # pixels of a title's letters, and its lines
Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class Fonts:
    """The fonts of a notebook, each opened once."""

    root: Path
    opened: dict[tuple[Path, int, int], Font | None] = field(default_factory=dict)
    letters: dict[tuple[Font, str], bool] = field(default_factory=dict)

    def font(self, face: tuple[str, str], size: int, text: str, weight: int = REGULAR) -> Font:
        """The face's own font if it has every letter of the text, or else the one that has most letters there are."""
        own = self._open(self.root / FOLDER / face[0], size, weight)
        if own and all(self._has(own, letter) for letter in set(text)):
            return own
        from matplotlib import get_data_path  # imported here: it costs a third of a second, and few texts need it

        return ImageFont.truetype(Path(get_data_path()) / "fonts/ttf" / face[1], size)

    def _open(self, path: Path, size: int, weight: int) -> Font | None:
        if (path, size, weight) not in self.opened:
            self.opened[path, size, weight] = ImageFont.truetype(path, size) if path.is_file() else None
            if (font := self.opened[path, size, weight]) and weight != REGULAR:
                font.set_variation_by_axes([weight])
        return self.opened[path, size, weight]

    def _has(self, font: Font, letter: str) -> bool:
        """Whether it looks other than a letter that no font has."""
        if (font, letter) not in self.letters:
            self.letters[font, letter] = _shape(font, letter) != _shape(font, "\uffff")
        return self.letters[font, letter]


def _shape(font: Font, letter: str) -> bytes:
    image = Image.new("1", (2 * int(font.size), 2 * int(font.size)))
    ImageDraw.Draw(image).text((0, 0), letter, 1, font)
    return image.tobytes()


def fitting(title: str, fonts: Fonts, width: int) -> tuple[str, Font]:
    """The title in lines, in the largest letters in which it fits; what fits in none is cut."""
    for size in range(LARGEST, SMALLEST - 1, -4):
        font = fonts.font(SERIF, size, title, BOLD)
        lines = wrapped(title, font, width)
        if len(lines) <= LINES and all(font.getlength(line) <= width for line in lines):
            break
    if len(lines) > LINES:
        lines[LINES - 1 :] = [lines[LINES - 1] + " …"]
    return "\n".join(cut(line, font, width) for line in lines), font


def wrapped(text: str, font: Font, width: int) -> list[str]:
    """The text in lines; a word that is longer than a line has one of its own."""
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def cut(line: str, font: Font, width: int) -> str:
    """The line, or as much of it as fits."""
    while line and font.getlength(line) > width:
        line = line.rstrip(" …")[:-1] + "…"
    return line
