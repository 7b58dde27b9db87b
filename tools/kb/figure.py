"""A picture that a section drew: PNG bytes, or the text of an SVG."""

import base64
import io
import re
import struct
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape

import PIL
from PIL import Image

from kb.cache import Cache, name_of

KINDS = {"image/svg+xml": "svg", "image/png": "png"}
THUMB = (480, 270)  # pixels
POINTS = 4 / 3  # CSS pixels
UNKNOWN = (600, 600)
WAY = f"{THUMB}, Pillow {PIL.__version__}".encode()  # of making a small copy


@dataclass(frozen=True)
class Figure:
    """One picture; `name` is its section's, numbered from the second on."""

    name: str
    kind: str
    data: bytes

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.{KINDS[self.kind]}"

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels; the style draws a PNG at 144 dots an inch, one and a half a pixel."""
        if self.kind == "image/png":
            width, height = struct.unpack(">II", self.data[16:24])
            return round(width / 1.5), round(height / 1.5)
        head = self.data[:4000].decode(errors="ignore")
        opening = re.search(r"<svg[^>]*>", head)
        return _svg_size(opening[0] if opening else "")

    def tag(self, folder: str, alt: str) -> str:
        """An `<img>` with its size, so that nothing moves while it loads."""
        width, height = self.size
        return f'<img src="{folder}/{self.file}" width="{width}" height="{height}" alt="{escape(alt)}" loading="lazy">'

    def drawn(self, folder: str, alt: str) -> str:
        """The same on its card."""
        return f'<figure class="drawn">{self.tag(folder, alt)}</figure>'

    @property
    def thumb_file(self) -> str:
        """The name of its small copy's file."""
        return f"{self.name}.webp" if self.kind == "image/png" else self.file

    def thumbnail(self, made: Cache) -> tuple[str, bytes]:
        """A small copy for cards, and its file's name: WebP of a PNG, an SVG as it is."""
        if self.kind != "image/png":
            return self.file, self.data
        return self.thumb_file, made.get(name_of(WAY, self.data), lambda: _webp(self.data))

    def thumb_tag(self, folder: str) -> str:
        """The `<img>` of a card, which its title describes."""
        width, height = self.size
        scale = min(THUMB[0] / width, THUMB[1] / height)
        size = f'width="{round(width * scale)}" height="{round(height * scale)}"'
        return f'<img class="thumb" src="{folder}/{self.thumb_file}" {size} alt="" loading="lazy">'


def _webp(png: bytes) -> bytes:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.thumbnail(THUMB)
    small = io.BytesIO()
    image.save(small, "WEBP", quality=80)
    return small.getvalue()


def _svg_size(opening: str) -> tuple[int, int]:
    found = [re.search(rf"\s{name}=[\"']([\d.]+)(pt|px)?[\"']", opening) for name in ("width", "height")]
    if all(found):
        width, height = (float(match[1]) * (POINTS if match[2] == "pt" else 1) for match in found if match)
    elif box := re.search(r"\sviewBox=[\"'][\d.-]+[\s,]+[\d.-]+[\s,]+([\d.]+)[\s,]+([\d.]+)", opening):
        width, height = float(box[1]), float(box[2])
    else:
        width, height = UNKNOWN
    return round(width), round(height)


@lru_cache(maxsize=64)  # many notes show the same figure
def figure_bytes(kind: str, data: str) -> bytes:
    """What a notebook's output holds, as bytes."""
    return base64.b64decode(data) if kind == "image/png" else data.encode()
