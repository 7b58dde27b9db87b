"""The only module that knows MkDocs: it hands texts to `kb` and takes texts back."""

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from kb import index, lab, ledger, search
from kb.execute import bring_up_to_date
from kb.notebook import Notebook
from kb.problem import Problem, Trouble
from kb.render import failure, render

log = logging.getLogger("mkdocs.plugins.kb")
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")


class State:
    """What one build knows; `failed` keeps runs that ended badly, by key, so that a reload does not repeat them."""

    notebook: Notebook
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
    State.notebook = notebook = Notebook(Path(config.config_file_path).parent)
    stale = {name: key for name, key in notebook.keys.items() if name not in notebook.runs}
    wanted = [name for name, key in stale.items() if key.hash not in State.failed]
    if wanted and State.command == "serve":
        log.info("running %s", ", ".join(wanted))
        for outcome in bring_up_to_date(notebook, wanted, jobs=os.cpu_count() or 1, again=False, tell=lambda *_: None):
            if outcome.problem:
                log.error("%s", outcome.problem)
                if not outcome.problem.message.endswith("run it again"):
                    State.failed[stale[outcome.name].hash] = outcome.problem
        State.notebook = notebook = Notebook(notebook.root)
    State.failures = {name: State.failed[key.hash] for name, key in stale.items() if key.hash in State.failed}
    lab.write_lab(notebook, State.failures)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages, the figures, the downloads, `claims.json`, and what the search needs."""
    notebook = State.notebook
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
    }
    made["claims.json"] = json.dumps(ledger.ledger(notebook), indent=1, ensure_ascii=False)
    made |= search.files(notebook)
    for address, content in made.items():
        files.append(File.generated(config, address, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """A note's links become what they point at."""
    note = State.notebook.notes.get(page.file.src_uri.removesuffix(".md"))
    if note is None:
        return markdown
    page.meta["verdicts"] = ledger.verdicts(note)
    page.meta["kind"] = note.kind
    page.meta["mentions"] = [(other.name, other.title) for other in State.notebook.mentions[note.name]]
    return render(State.notebook, note, f"{config.repo_url}/blob/main", State.failures)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """What the search cannot read off a page."""
    page.meta["words"] = search.words(html)


def on_post_build(config: MkDocsConfig) -> None:
    """Index the site for search; while it is served, once: a reload puts back the index of the first build."""
    bundle = Path(config.site_dir) / "pagefind"
    if State.bundle:
        shutil.copytree(State.bundle, bundle)
        return
    command = [sys.executable, "-m", "pagefind", "--site", config.site_dir, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Trouble("mkdocs.yml", 1, f"the search index was not made: {done.stderr.strip()}", "search")
    if State.command == "serve":
        State.bundle = Path(config.config_file_path).parent / ".cache/pagefind"
        shutil.rmtree(State.bundle, ignore_errors=True)
        shutil.copytree(bundle, State.bundle)


def build(root: Path, site: Path | None = None) -> None:
    """Build the site, strictly."""
    _run(["build", "--strict", *(["--site-dir", str(site)] if site else [])], root)


def serve(root: Path, address: str) -> None:
    """Serve the site and reload it when something changes."""
    watched = [folder for folder in ("snippets", "datasets") if (root / folder).is_dir()]
    words = ["serve", "--no-strict", "--dev-addr", address, *(f"--watch={folder}" for folder in watched)]
    _run(words, root, SITE_URL=f"http://{address}/")


def _run(words: list[str], root: Path, **environment: str) -> None:
    (root / lab.FOLDER).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "mkdocs", "--quiet" if words[0] == "build" else "--color", *words]
    done = subprocess.run(command, cwd=root, env=os.environ | environment)
    if done.returncode:
        raise Trouble("mkdocs.yml", 1, f"MkDocs ended with {done.returncode}; the lines above say why", "site")
