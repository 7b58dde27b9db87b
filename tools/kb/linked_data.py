"""What a page is, as schema.org says it: JSON-LD for search engines and other programs."""

import json
import re

from kb import catalogue
from kb.note import Note
from kb.notebook import Notebook
from kb.site import CODE_LICENCE, NOTES_LICENCE, Author, Site
from kb.snippet import Snippet

CONTEXT = "https://schema.org"
ARTICLES = {"paper": "ScholarlyArticle"}  # by a note's kind


def script(data: dict) -> str:
    """The text of a script element, which nothing in the data can end."""
    text = json.dumps({"@context": CONTEXT} | data, ensure_ascii=False)
    return re.sub("[<>&\u2028\u2029]", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def website(site: Site) -> dict:
    """The front page."""
    found = {"@type": "WebSite", "name": site.name, "url": site.url(), "description": site.description}
    return _known(found | {"author": _authors(site), "license": NOTES_LICENCE[1], "inLanguage": "en"})


def article(site: Site, notebook: Notebook, note: Note, image: str) -> dict:
    """A note, with what it is based on, what it cites, and the programs that measured its numbers."""
    address = site.url(catalogue.page(note))
    cited = {link.fragment for link in note.links if link.path == "references.bib"}
    data = {
        "@type": ARTICLES.get(note.kind, "Article"),
        "@id": address,
        "url": address,
        "headline": note.title,
        "description": catalogue.description(note),
        "author": _authors(site),
        "publisher": {"@type": "Organization", "name": site.name, "url": site.url()},
        "isPartOf": {"@type": "WebSite", "name": site.name, "url": site.url()},
        "datePublished": catalogue.written(note),
        "dateModified": catalogue.updated(note),
        "correction": [f"{day}: {text}" for day, text in catalogue.corrections(note)],
        "keywords": catalogue.tags(notebook, note),
        "license": NOTES_LICENCE[1],
        "isBasedOn": catalogue.source(note),
        "citation": [_text(work.shown) for key, work in notebook.bibliography.items() if key in cited],
        "hasPart": [{"@type": "SoftwareSourceCode", "url": site.url(f"lab/{name}/")} for name in sorted(note.programs)],
        "image": image,
        "inLanguage": "en",
        "wordCount": catalogue.words(note),
    }
    return _known(data)


def program(site: Site, notebook: Notebook, snippet: Snippet) -> dict:
    """A program, with the libraries of its last run."""
    run = notebook.runs.get(snippet.name)
    address = site.url(f"lab/{snippet.name}/")
    versions = run.record["parts"]["versions"] if run else {}
    data = {
        "@type": "SoftwareSourceCode",
        "@id": address,
        "url": address,
        "name": snippet.name,
        "description": snippet.idea,
        "author": _authors(site),
        "isPartOf": {"@type": "WebSite", "name": site.name, "url": site.url()},
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {run.record['parts']['python']}" if run else "",
        "codeRepository": site.source(snippet.path),
        "encoding": {"@type": "MediaObject", "contentUrl": site.url(f"lab/{snippet.name}/{snippet.name}.py")},
        "softwareRequirements": [f"{name} {version}" for name, version in versions.items()],
        "dateModified": run.day if run else "",
        "isBasedOn": snippet.header.get("Source", ""),
        "license": CODE_LICENCE[1],
    }
    return _known(data)


def datasets(site: Site, notebook: Notebook) -> dict:
    """The lab, which lists the datasets; a licence that no source states is left out."""
    data = [
        {
            "@type": "Dataset",
            "name": name,
            "description": data.contents or f"The dataset {name}.",
            "url": site.source(data.path),
            "license": "" if data.licence == "unstated" else data.licence,
            "isBasedOn": data.source,
            "distribution": {
                "@type": "DataDownload",
                "contentUrl": site.source(data.path),
                "contentSize": f"{data.bytes} B",
                "sha256": data.sha256,
            },
        }
        for name, data in notebook.datasets.items()
    ]
    page = {"@type": "CollectionPage", "name": f"Lab of {site.name}", "url": site.url("lab/")}
    return _known(page | {"hasPart": [_known(one) for one in data]})


def _authors(site: Site) -> list[dict]:
    return [_author(author) for author in site.authors]


def _author(author: Author) -> dict:
    if not author.given:
        return {"@type": "Organization", "name": author.name}
    return {"@type": "Person", "name": author.name, "familyName": author.family, "givenName": author.given}


def _known(data: dict) -> dict:
    return {name: value for name, value in data.items() if value not in ("", [], 0)}


def _text(markdown: str) -> str:
    """A reference without its links, emphasis and escapes."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(markdown.split()))
    return re.sub(r"\\(.)|[*_`]", r"\1", text)
