"""Pictures: files with their sizes, and small copies of them."""

import base64
import io

import pytest
from kb import figure
from kb.cache import Cache
from kb.figure import Figure, figure_bytes
from PIL import Image


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "PNG")
    return file.getvalue()


def svg(attributes: str) -> Figure:
    return Figure("figure", "image/svg+xml", f"<?xml version='1.0'?>\n<svg {attributes}></svg>".encode())


def test_a_png_of_the_notebook_is_decoded_and_an_svg_is_its_text():
    assert figure_bytes("image/png", base64.b64encode(b"abc\n").decode()) == b"abc\n"
    assert figure_bytes("image/svg+xml", "<svg>é</svg>") == "<svg>é</svg>".encode()


def test_a_png_is_shown_at_two_thirds_of_its_pixels():
    assert Figure("figure", "image/png", png(960, 600)).size == (640, 400)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="300" height="200"', (300, 200)),
        ('width="300px" height="200px"', (300, 200)),
        ('xmlns="x" width="72pt" height="36.5pt" viewBox="0 0 1 1"', (96, 49)),
        ('height="36pt" width="72pt"', (96, 48)),
        ('viewBox="0 0 400 300"', (400, 300)),
        ("width='300' height='200'", (300, 200)),
        ('width="100%" height="100%" viewBox="0 0 400 300"', (400, 300)),
        ('stroke-width="3" width="300" height="200"', (300, 200)),
        ("", (600, 600)),
    ],
)
def test_the_size_of_an_svg_is_its_own_in_css_pixels(attributes, size):
    assert svg(attributes).size == size


def test_a_picture_is_a_tag_with_its_size_and_an_escaped_text():
    assert Figure("figure", "image/png", png(96, 48)).tag("../figures/toy", 'a "line" & <more>') == (
        '<img src="../figures/toy/figure.png" width="64" height="32"'
        ' alt="a &quot;line&quot; &amp; &lt;more&gt;" loading="lazy">'
    )


def test_a_picture_stands_on_a_card():
    assert svg('width="30" height="20"').drawn("x", "y") == (
        '<figure class="drawn"><img src="x/figure.svg" width="30" height="20" alt="y" loading="lazy"></figure>'
    )


def test_a_thumbnail_of_a_png_is_a_small_webp_with_the_same_proportions(tmp_path):
    name, data = Figure("figure", "image/png", png(960, 600)).thumbnail(Cache(tmp_path))
    assert name == "figure.webp"
    assert Image.open(io.BytesIO(data)).size == (432, 270)


def test_a_thumbnail_is_made_once(tmp_path, monkeypatch):
    drawing = Figure("figure", "image/png", png(96, 60))
    first = drawing.thumbnail(Cache(tmp_path))
    monkeypatch.delattr(figure, "_webp")
    assert drawing.thumbnail(Cache(tmp_path)) == first


def test_a_thumbnail_of_an_svg_is_itself(tmp_path):
    drawing = svg('width="30" height="20"')
    assert drawing.thumbnail(Cache(tmp_path)) == ("figure.svg", drawing.data)
    assert list(tmp_path.iterdir()) == []


def test_a_thumbnail_tag_has_its_size_and_no_text():
    assert Figure("figure", "image/png", png(960, 600)).thumb_tag("figures/toy") == (
        '<img class="thumb" src="figures/toy/figure.webp" width="432" height="270" alt="" loading="lazy">'
    )
