"""What MkDocs calls: it hands texts to `kb` and takes texts back."""

import logging
import os
import shutil
from functools import partial
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from kb import catalogue, index, lab, note_page, published, search
from kb.citation import bibtex
from kb.execute import bring_up_to_date
from kb.head import head
from kb.notebook import Notebook
from kb.problem import Problem
from kb.render import failure, render
from kb.rendered import Rendered
from kb.site import Site, read_site

log = logging.getLogger("mkdocs.plugins.kb")
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")


class State:
    """What one build knows, and what a reload need not do again.

    `failed` keeps runs that ended badly, by key.
    """

    notebook: Notebook
    site: Site
    rendered: Rendered
    facts: ClassVar[dict[str, dict]] = {}
    failures: ClassVar[dict[str, Problem]] = {}
    failed: ClassVar[dict[str, Problem]] = {}
    command = "build"
    bundle: Path | None = None


def raw_html(source: str, language: str, css_class: str, options: dict, md: object, **_: object) -> str:
    """The `kb-html` fence: what stands in it is HTML already."""
    return source


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether pages are served while they are written."""
    State.command = command


def on_pre_build(config: MkDocsConfig) -> None:
    """Read the notebook anew, bring its runs up to date, and lay out the lab."""
    root = Path(config.config_file_path).parent
    State.notebook = notebook = Notebook(root)
    told = (config.site_name, config.site_url or "", config.site_description or "", config.repo_url or "")
    State.site = read_site(root, *told)
    stale = {name: key for name, key in notebook.keys.items() if name not in notebook.runs}
    wanted = [name for name, key in stale.items() if key.hash not in State.failed]
    if wanted and State.command == "serve":
        log.info("running %s", ", ".join(wanted))
        for outcome in bring_up_to_date(notebook, wanted, jobs=os.cpu_count() or 1, again=False, tell=lambda *_: None):
            if outcome.problem:
                log.error("%s", outcome.problem)
                if not outcome.problem.message.endswith("run it again"):
                    State.failed[stale[outcome.name].hash] = outcome.problem
        State.notebook = notebook = Notebook(root)
    State.failures = {name: State.failed[key.hash] for name, key in stale.items() if key.hash in State.failed}
    State.facts = note_page.facts(notebook)
    lab.write_lab(notebook, State.failures, config.repo_url or "")


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the lab's notebooks, the made pages, the figures, the downloads, and what the search needs."""
    notebook = State.notebook
    for path in sorted((notebook.root / lab.FOLDER).iterdir()):
        files.append(File.generated(config, f"lab/{path.name}", abs_src_path=str(path)))
    for problem in notebook.unreadable:
        broken = files.get_file_from_path(problem.path.removeprefix("notes/"))
        if broken:
            files.remove(broken)
            text = f"---\ntitle: {Path(problem.path).stem}\n---\n\n{failure(str(problem))}\n"
            files.append(File.generated(config, broken.src_uri, content=text))
    made: dict[str, str | bytes] = {
        **index.pages(notebook),
        **index.redirects(notebook),
        **lab.files(notebook, config.repo_url or ""),
        **search.files(notebook),
    }
    for address, content in made.items():
        files.append(File.generated(config, address, content=content))
    State.rendered = Rendered(config, files)
    return files


@event_priority(-100)  # the notebooks' own way to render is set before
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:
    """Render only what changed: most of a build goes into Markdown and notebooks."""
    page.render = partial(State.rendered.render, page, page.render)
    return page


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Compile a template once for each text that it had; within a build, do not ask whether it changed."""
    env.auto_reload = False
    folder = State.notebook.root / ".cache/templates"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """A note's links become what they point at."""
    note = State.notebook.notes.get(page.file.src_uri.removesuffix(".md"))
    if note is None:
        return markdown
    page.meta.update(State.facts[note.name])
    page.meta["updated"] = catalogue.updated(note)
    page.meta["bibtex"] = bibtex(State.site, State.notebook, note)
    return render(State.notebook, note, f"{config.repo_url}/blob/main", State.failures)


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: Navigation) -> dict:
    """What the head of a page tells other programs."""
    told = head(State.site, State.notebook, page.file.src_uri, str(page.meta.get("title", "")))
    return {**context, "head": told}


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """What the search cannot read off a page; its Markdown, of which there may be thousands, is needed no more."""
    page.meta["words"] = search.words(html)
    page.markdown = ""


def on_post_build(config: MkDocsConfig) -> None:
    """Write the files for programs and index the site; a reload puts back the index of the first build."""
    for address, content in published.files(State.site, State.notebook):
        path = Path(config.site_dir) / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    State.rendered.cache.sweep()
    bundle = Path(config.site_dir) / "pagefind"
    if State.bundle:
        shutil.copytree(State.bundle, bundle)
        return
    search.write_index(config.site_dir)
    if State.command == "serve":
        State.bundle = Path(config.config_file_path).parent / ".cache/pagefind"
        shutil.rmtree(State.bundle, ignore_errors=True)
        shutil.copytree(bundle, State.bundle)
