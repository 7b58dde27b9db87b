"""The picture beside a link to a note."""

import base64
import io
import shutil

import pytest
from kb import preview
from kb.lettering import LINES, Fonts, fitting
from kb.preview import Preview
from kb.site import Site
from PIL import Image, ImageChops

SITE = Site("Notes", "https://notes.example/kb/", "What we tried.", "", ())
LONG = "It is a truth universally acknowledged that a single note in possession of a good claim must want a verdict"


def png(colour="#0000ff", size=(300, 200)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def drawn(data):
    shown = {"image/png": base64.b64encode(data).decode(), "text/plain": "<Figure>"}
    return {"figure": [{"output_type": "display_data", "data": shown}]}


@pytest.fixture
def toy(book, project):
    shutil.copytree(project / "notes/assets/fonts", book.root / "notes/assets/fonts")
    book.snippet("toy", "# %% figure\ndraw()\n\n# %% result\nresults = {}\n")
    book.measured("toy", {}, drawn(png()))
    book.note("heat", "![a line](../snippets/toy.py#figure)\n")
    book.note("cold", "No figure.\n")
    return book


def pictures(toy):
    return {place: Image.open(io.BytesIO(data)) for place, data in preview.previews(SITE, toy.notebook)}


def test_a_note_with_a_figure_has_one_of_its_own_and_the_others_share_that_of_the_site(toy):
    notes = toy.notebook.notes
    assert preview.address(toy.notebook, notes["heat"]) == "previews/heat.jpg"
    assert preview.address(toy.notebook, notes["cold"]) == "previews/index.jpg"
    assert list(pictures(toy)) == ["previews/index.jpg", "previews/heat.jpg"]


def test_it_has_the_size_and_kind_that_sites_ask_for_and_shows_the_figure(toy):
    for picture in pictures(toy).values():
        assert (picture.format, picture.size) == ("JPEG", (1200, 630))
    red, green, blue = pictures(toy)["previews/heat.jpg"].getpixel((840, 315))
    assert (red < 20, green < 20, blue > 230) == (True, True, True)


def test_a_drawing_in_svg_is_not_shown(book):
    svg = {"figure": [{"output_type": "display_data", "data": {"image/svg+xml": "<svg></svg>"}}]}
    book.snippet("toy", "# %% figure\ndraw()\n\n# %% result\nresults = {}\n")
    book.measured("toy", {}, svg)
    book.note("heat", "![a line](../snippets/toy.py#figure)\n")
    assert preview.figure(book.notebook, book.notebook.notes["heat"]) is None


def test_what_was_drawn_is_kept_until_it_changes_and_then_is_no_more(toy):
    pictures(toy)
    before = {path: path.stat().st_mtime_ns for path in (toy.root / preview.STORE).iterdir()}
    pictures(toy)
    assert {path: path.stat().st_mtime_ns for path in (toy.root / preview.STORE).iterdir()} == before
    toy.measured("toy", {}, drawn(png("#ff0000")))
    assert pictures(toy)["previews/heat.jpg"].getpixel((840, 315))[0] > 230
    after = set((toy.root / preview.STORE).iterdir())
    assert len(after) == len(before) == 2
    assert len(after & before.keys()) == 1


@pytest.mark.parametrize(
    "title", ["Heat", LONG, "Donaudampfschifffahrtsgesellschaftskapitänsmütze sinkt", "热方程 und ∂ₜu", ""]
)
def test_any_title_stays_in_its_column(toy, title):
    text, font = fitting(title, Fonts(toy.root), 400)
    lines = text.split("\n")
    assert len(lines) <= LINES
    assert all(font.getlength(line) <= 400 for line in lines)


def test_a_long_title_says_that_it_goes_on(toy):
    text, _ = fitting(LONG + LONG, Fonts(toy.root), 400)
    assert text.endswith("…")
    assert text.replace("\n", " ").startswith("It is a truth universally")


def test_a_title_that_the_site_s_font_cannot_write_has_another(toy):
    fonts = Fonts(toy.root)
    assert fitting("Heat, größe", fonts, 400)[1].getname()[0] == "Source Serif 4"
    assert fitting("∂ₜu", fonts, 400)[1].getname()[0] == "DejaVu Serif"


def test_without_the_site_s_fonts_it_is_drawn_too(book):
    picture = preview.draw(Preview("Heat", "Notes", {"reproduced": 2}), Fonts(book.root))
    assert Image.open(io.BytesIO(picture)).size == (1200, 630)


def test_text_and_figure_do_not_touch(toy):
    """The title's column ends where the figure's card begins, whatever their shapes."""
    tally = dict.fromkeys(("reproduced", "partial", "differs", "untestable"), 12)
    for size in ((2000, 200), (200, 2000), (700, 400)):
        figure = _open(Preview("", "", {}, png(size=size)), toy)
        card = _changed(figure, _open(Preview("", "", {}), toy))
        words = _changed(figure, _open(Preview(LONG, "Notes", tally, png(size=size)), toy))
        assert 60 <= words[0] < words[2] <= 468 < card[0] < card[2] <= 1200
        assert 0 <= card[1] < card[3] <= 630


def _changed(one, other):
    return ImageChops.difference(one, other).convert("L").point(lambda value: 255 * (value > 40)).getbbox()


def _open(shown, toy):
    return Image.open(io.BytesIO(preview.draw(shown, Fonts(toy.root))))
