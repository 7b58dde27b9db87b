"""What the site tells other programs: reference managers, search engines, feed readers, previews."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page

KB = Path(sys.executable).with_name("kb")
PUBLISHED = "https://reproducible-notes.github.io/reproducible-notes/"
HOSTILE = '<script>window.hacked = 1</script> & "quotes" ]]> </title></script><script>window.hacked = 1</script>'
ODD = 'a < b & "quotes" ]]> c > d'  # as far as `kb check` lets a note go
SIZE = """async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return [picture.naturalWidth, picture.naturalHeight];
}"""
PAGES = {
    "": "Reproducible Notes",
    "notes/": "Notes - Reproducible Notes",
    "lab/": "Lab - Reproducible Notes",
    "tags/": "Tags - Reproducible Notes",
    "claims/": "Claims - Reproducible Notes",
    "tags/ds/": "DS - Reproducible Notes",
    "coin/": "The law of large numbers, with a halfpenny & a computer - Reproducible Notes",
    "lab/coin/": "coin - Reproducible Notes",
}


def meta(page: Page) -> dict[str, list[str]]:
    """The contents of each name and property in the head, in order."""
    read = "all => all.map((it) => [it.getAttribute('name') ?? it.getAttribute('property'), it.content])"
    found: dict[str, list[str]] = {}
    for name, content in page.locator("html > head > meta:is([name], [property])").evaluate_all(read):
        found.setdefault(name, []).append(content)
    return found


def linked(page: Page) -> dict:
    return json.loads(page.locator("script[type='application/ld+json']").inner_text())


def alternates(page: Page, kind: str) -> list[str]:
    read = "all => all.map((it) => it.href)"
    return page.locator(f"link[rel~=alternate][type='{kind}']").evaluate_all(read)


def fetched(address: str) -> bytes:
    with urlopen(address) as answer:
        return answer.read()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_says_what_it_is_and_where(visit, address: str) -> None:
    page = visit(address)
    told = meta(page)
    assert page.title() == PAGES[address]
    assert told["og:url"] == [PUBLISHED + address]
    assert page.locator("link[rel=canonical]").get_attribute("href") == PUBLISHED + address
    assert told["og:site_name"] == ["Reproducible Notes"]
    assert told["og:title"] == [PAGES[address].removesuffix(" - Reproducible Notes")]
    assert told["description"] == told["og:description"] != [""]
    assert told["og:type"] == ["article" if address == "coin/" else "website"]
    assert all(len(contents) == 1 for name, contents in told.items() if name.startswith(("og:", "twitter:")))


def test_descriptions_of_pages_differ(visit) -> None:
    told = [meta(visit(address))["description"][0] for address in PAGES]
    assert len(set(told)) == len(told)


def test_a_reference_manager_takes_a_note_for_a_report_of_the_site(visit) -> None:
    told = meta(visit("coin/"))
    assert {name: contents for name, contents in told.items() if name.startswith("citation_")} == {
        "citation_title": ["The law of large numbers, with a halfpenny & a computer"],
        "citation_author": ["Bernoulli, Jacob", "The society of halfpennies & co"],
        "citation_publication_date": ["2026/11/20"],
        "citation_technical_report_institution": ["Reproducible Notes"],
        "citation_public_url": [f"{PUBLISHED}coin/"],
        "citation_abstract": ["The share of heads settles at one half; how fast, the law does not say."],
        "citation_keywords": ["DS; statistics"],
        "citation_language": ["en"],
    }


@pytest.mark.parametrize("address", ["", "notes/", "lab/coin/", "tags/ds/"])
def test_only_notes_are_to_be_cited(visit, address: str) -> None:
    assert not [name for name in meta(visit(address)) if name.startswith("citation_")]


def test_search_engines_read_what_a_page_is(visit) -> None:
    kinds = {address: linked(visit(address))["@type"] for address in ("", "coin/", "questions/", "lab/", "lab/coin/")}
    assert kinds == {
        "": "WebSite", "coin/": "Article", "questions/": "ScholarlyArticle", "lab/": "CollectionPage",
        "lab/coin/": "SoftwareSourceCode",
    }  # fmt: skip
    paper = linked(visit("questions/"))
    assert paper["isBasedOn"] == "https://doi.org/10.1201/9781315139470"
    assert (paper["datePublished"], paper["dateModified"]) == ("2025-06-01", "2025-06-02")
    assert linked(visit("coin/"))["citation"] == ["Jacob Bernoulli. Ars conjectandi. Thurnisiorum, Basel, 1713."]
    assert [data["name"] for data in linked(visit("lab/"))["hasPart"]] == ["lengths"]


def test_feeds_are_announced_and_linked_where_their_notes_are_listed(visit, site: str) -> None:
    home, tag = visit(), visit("tags/ds/")
    assert alternates(home, "application/atom+xml") == [f"{site}feed.xml"]
    assert alternates(tag, "application/atom+xml") == [f"{site}feed.xml", f"{site}tags/ds/feed.xml"]
    for page, address in ((home, "feed.xml"), (tag, "tags/ds/feed.xml")):
        assert page.get_by_role("link", name="Feed", exact=True).evaluate("it => it.href") == site + address
        feed = ElementTree.fromstring(fetched(site + address))
        assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
        assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == (1 if "tags" in address else 3)


def test_a_note_has_a_copy_in_plain_markdown_whose_addresses_exist(visit, site: str, notebook: Path) -> None:
    page = visit("coin/")
    (address,) = alternates(page, "text/markdown")
    copy = fetched(address).decode()
    assert address == f"{site}coin/index.html.md"
    assert copy.startswith("# The law of large numbers, with a halfpenny & a computer\n\n> The share of heads")
    assert "a halfpenny tossed 10000 times: [0.503 0.5   0.496]" in copy
    assert not [mark for mark in ("kb-html", "!!!", "===", "../", "{ .", "<span", "<div") if mark in copy]
    links = [part.partition(")")[0] for part in copy.split(f"]({PUBLISHED}")[1:]]
    assert len(links) == 8
    for link in {link.partition("#")[0] for link in links}:
        file = notebook / "site" / link
        assert (file / "index.html" if file.is_dir() else file).is_file(), link


def test_the_index_for_language_models_lists_every_copy(site: str, notebook: Path) -> None:
    text = fetched(f"{site}llms.txt").decode()
    copies = {path.parent.name for path in notebook.glob("site/*/index.html.md")}
    assert copies == {"coin", "questions", "slope"}
    assert all(f"]({PUBLISHED}{name}/index.html.md): " in text for name in copies)


def test_the_sitemap_has_every_page_and_the_day_of_each_that_has_one(site: str, crawl: dict) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    rows = ElementTree.fromstring(fetched(f"{site}sitemap.xml")).findall("s:url", space)
    days = {row.findtext("s:loc", "", space): row.findtext("s:lastmod", None, space) for row in rows}
    assert {address.removeprefix(PUBLISHED) for address in days} == set(crawl)
    noted = {address.removeprefix(PUBLISHED): day for address, day in days.items() if day and "lab/" not in address}
    assert noted == {"coin/": "2026-11-20", "questions/": "2025-06-02", "slope/": "2026-11-21"}
    assert days[f"{PUBLISHED}lab/coin/"] and not days[f"{PUBLISHED}lab/"]
    assert fetched(f"{site}robots.txt").decode().endswith(f"\nSitemap: {PUBLISHED}sitemap.xml\n")


@pytest.mark.parametrize("address", ["", "coin/", "slope/", "lab/coin/"])
def test_a_link_to_a_page_has_a_picture_of_the_size_it_says(visit, site: str, address: str) -> None:
    page = visit(address)
    told = meta(page)
    (image,) = told["og:image"]
    assert image == f"{PUBLISHED}previews/{'coin' if address == 'coin/' else 'index'}.jpg"
    size = page.evaluate(SIZE, image.replace(PUBLISHED, site))
    assert size == [1200, 630]
    assert [told["og:image:width"], told["og:image:height"]] == [["1200"], ["630"]]


@pytest.fixture(scope="session")
def hostile(notebook: Path, once: Callable) -> Path:
    """The site of a notebook whose texts are what escapes are for, and whose author's name is a program."""

    def build(folder: Path) -> str:
        shutil.copytree(notebook, folder, symlinks=True, ignore=shutil.ignore_patterns("site", ".cache"))
        for path in (*folder.glob("notes/*.md"), *folder.glob("snippets/[!_]*.py")):
            path.unlink()
        text, dated = json.dumps(ODD), json.dumps(f"2026-11-23: {ODD}")
        matter = f"title: {text}\ndate: 2026-11-21\ntags: [DS]\ndescription: {text}\nsource: {text}\n"
        matter += f"corrections: [{dated}]\n"
        (folder / "notes/hostile.md").write_text(f"---\n{matter}---\nText.\n")
        (folder / "CITATION.cff").write_text(
            f"authors:\n  - name: {json.dumps(HOSTILE)}\nversion: {json.dumps(HOSTILE)}\n"
        )
        done = subprocess.run([KB, "build"], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return once("site-hostile", build)[0] / "site"


@pytest.mark.parametrize("address", ["hostile", "notes", "tags/ds", "."])
def test_no_text_becomes_a_program(browser: Browser, hostile: Path, address: str) -> None:
    page = browser.new_page()
    page.goto((hostile / address / "index.html").as_uri())
    assert page.evaluate("window.hacked") is None
    page.close()


def test_whatever_a_text_holds_it_arrives_as_it_was_written(browser: Browser, hostile: Path) -> None:
    page = browser.new_page()
    page.goto((hostile / "hostile/index.html").as_uri())
    told, data = meta(page), linked(page)
    assert page.title() == f"{ODD} - Reproducible Notes"
    for name in ("description", "og:title", "og:description", "citation_title", "citation_abstract"):
        assert told[name] == [ODD], name
    assert told["citation_author"] == [HOSTILE]
    assert (data["headline"], data["description"], data["author"][0]["name"]) == (ODD, ODD, HOSTILE)
    assert data["correction"] == [f"2026-11-23: {ODD}"]
    page.close()


def test_feeds_and_lists_keep_it_as_text_too(hostile: Path) -> None:
    for name in ("feed.xml", "tags/ds/feed.xml"):
        feed = ElementTree.fromstring((hostile / name).read_bytes())
        assert feed.findtext("a:entry/a:title", None, {"a": "http://www.w3.org/2005/Atom"}) == ODD
    (note,) = json.loads((hostile / "notes.json").read_text())
    assert (note["title"], note["description"], note["source"]) == (ODD, ODD, ODD)
