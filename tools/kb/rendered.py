"""Pages that were rendered before, by MkDocs or by the notebooks' plugin: a build renders what changed and no more."""

import json
import logging
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import CountHandler

from kb.cache import Cache, name_of

STORE = ".cache/pages"
HERE = Path(__file__).parent
CODE = ("rendered.py", "hook.py")  # that decides what a page becomes, beside installed packages
log = logging.getLogger("mkdocs")


class Rendered:
    """The pages of one build, each known by its source and by `way`: the settings, the code, what it may link to."""

    def __init__(self, config: MkDocsConfig, files: Files):
        root = Path(config.config_file_path).parent
        self.cache = Cache(root / STORE)
        sources = [Path(config.config_file_path), *(HERE / name for name in CODE), *root.glob("tools/theme/*.html")]
        packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
        names = [sys.version, *packages, *sorted(files.src_uris)]
        self.way = name_of(*(path.read_bytes() for path in sources), *(name.encode() for name in names)).encode()

    def render(
        self, page: Page, render: Callable[[MkDocsConfig, Files], None], config: MkDocsConfig, files: Files
    ) -> None:
        """Give a page its content as `render` does, or as it did before.

        A page of which something was said is rendered again each time, so that it is said each time.
        """
        notebook = page.file.src_uri.endswith(".ipynb")
        source = page.file.content_bytes if notebook else (page.markdown or "").encode()
        name = name_of(self.way, page.file.src_uri.encode(), source)
        found = self.cache.load(name)
        if found is not None:
            return _tell(page, json.loads(found), files)
        said = CountHandler()
        log.addHandler(said)
        try:
            render(config, files)
        finally:
            log.removeHandler(said)
        if not said.get_counts():
            self.cache.save(name, json.dumps(_told(page)).encode())


def _told(page: Page) -> dict:
    """What rendering gave a page, as plain JSON."""
    links = page.links_to_anchors
    return {
        "content": page.content,
        "title": page._title_from_render,
        "toc": [_token(item) for item in page.toc],
        "anchors": None if page.present_anchor_ids is None else sorted(page.present_anchor_ids),
        "links": None if links is None else {file.src_uri: anchors for file, anchors in links.items()},
    }


def _token(item: AnchorLink) -> dict:
    return {"name": item.title, "id": item.id, "level": item.level, "children": [_token(one) for one in item.children]}


def _tell(page: Page, told: dict, files: Files) -> None:
    page.content = told["content"]
    page._title_from_render = told["title"]
    page.toc = get_toc(told["toc"])
    page.present_anchor_ids = None if told["anchors"] is None else set(told["anchors"])
    page.links_to_anchors = told["links"] and {files.src_uris[uri]: anchors for uri, anchors in told["links"].items()}
