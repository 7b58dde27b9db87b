"""A small notebook, built by the real `kb build`, served under a path, and shown by a real Chromium."""

import fcntl
import functools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import batched
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
WRITTEN = Path(__file__).with_name("notebook")
KB = Path(sys.executable).with_name("kb")
SHARED = (
    "mkdocs.yml", "pyproject.toml", "tools/theme", "notes/assets", "notes/_template.md", "snippets/_template.py",
    "snippets/style.mplstyle",
)  # fmt: skip
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
LOOK = """() => {
  const each = (selector, see) => [...document.querySelectorAll(selector)].map(see);
  return {
    title: document.title,
    language: document.documentElement.lang,
    headings: each("h1", (heading) => heading.innerText.replace("¶", "").trim()),
    ids: each("[id]", (element) => element.id),
    links: each("a[href]", (link) => link.href),
    nameless: each("a[href], button:not([aria-hidden])", (it) => it)
      .filter((it) => !(it.textContent.trim() || it.title || it.ariaLabel)).map((it) => it.outerHTML),
    files: each("img[src], script[src], link[href]:not([rel=canonical])", (it) => it.src || it.href),
    pictures: each("img", (it) => ({
      source: it.src, text: it.getAttribute("alt"), given: [it.getAttribute("width"), it.getAttribute("height")],
      own: [it.naturalWidth, it.naturalHeight],
    })),
  };
}"""
LOAD = "() => Promise.all([...document.images].map((it) => { it.loading = 'eager'; return it.decode(); }))"


def lay_out(folder: Path) -> Path:
    """The project's own settings, theme and templates; no notes."""
    for name in SHARED:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, place)
    (folder / "tools/kb").symlink_to(ROOT / "tools/kb")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], tuple[Path, object]]:
    """Do a costly thing in a folder once for all workers; the folder, and what was returned (as JSON)."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared

    def do(name: str, make: Callable[[Path], object]) -> tuple[Path, object]:
        answer = shared / f"{name}.json"
        with open(shared / f"{name}.lock", "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not answer.exists():
                shutil.rmtree(shared / name, ignore_errors=True)
                answer.write_text(json.dumps(make(shared / name)))
        return shared / name, json.loads(answer.read_text())

    return do


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program; without one nothing here is built or served."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not found:
        pytest.skip("no Chromium on PATH; install it (Debian: apt-get install chromium) to run the browser tests")
    return found


@pytest.fixture(scope="session")
def built(chromium: str, once: Callable) -> Callable[[str, Callable[[Path], object]], Path]:
    """The folder of a notebook, to which its notes are written once, and which `kb build` has then built."""

    def make(name: str, write: Callable[[Path], object]) -> Path:
        def build(folder: Path) -> str:
            write(lay_out(folder))
            done = subprocess.run([KB, "build"], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        return once(name, build)[0]

    return make


@pytest.fixture(scope="session")
def notebook(built: Callable) -> Path:
    """The folder of a notebook that `kb build` has built: the notes and snippets beside this file."""
    return built("site-notebook", lambda folder: shutil.copytree(WRITTEN, folder, dirs_exist_ok=True))


class Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(notebook: Path, served: Path) -> Iterator[str]:
    (served / "kb").symlink_to(notebook / "site")
    (served / "reproducible-notes").symlink_to(notebook / "site")  # the path of its published address, for 404.html
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(served))) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/kb/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """The address of a notebook's site, which lies under a path of its host."""
    with ExitStack() as servers:
        yield lambda notebook: servers.enter_context(serving(notebook, tmp_path_factory.mktemp("served")))


@pytest.fixture(scope="module")  # a module may have a notebook of its own
def site(served: Callable[[Path], str], notebook: Path) -> str:
    """The address of the notebook's site."""
    return served(notebook)


@pytest.fixture(
    scope="module"
)  # while Playwright is open, asyncio believes that a loop runs: nobody else's tests should
def browser(chromium: str) -> Iterator[Browser]:
    """This machine's Chromium, open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


def watch(page: Page, site: str, hear: Callable[[str], None]) -> None:
    """Hear of each thing that no page should do: complain, ask another host, or ask for what is not there."""
    page.on("console", lambda message: message.type in ("error", "warning") and hear(f"{message.type}: {message.text}"))
    # A transition that the next click overtakes is given up, which Chromium reports though nothing is amiss.
    page.on("pageerror", lambda error: "Transition was aborted" in str(error) or hear(f"exception: {error}"))
    page.on("request", lambda it: it.url.startswith((site, "data:", "blob:")) or hear(f"another host: {it.url}"))
    page.on("response", lambda it: it.status < 400 or hear(f"{it.status}: {it.url}"))


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open an address of the site in a window of its own; until the test ends nothing may go wrong in it."""
    heard: list[str] = []
    with ExitStack() as windows:

        def open_page(address: str = "", **options: object) -> Page:
            context = windows.enter_context(browser.new_context(**options))
            context.set_default_timeout(30_000)
            page = context.new_page()
            watch(page, site, heard.append)
            page.goto(site + address)
            return page

        yield open_page
    assert heard == []


@pytest.fixture
def crawl(once: Callable, browser: Browser, site: str) -> dict[str, dict]:
    """Every page that can be reached from home, by its address below the site's: what it holds and what went wrong."""

    def walk(folder: Path) -> dict:
        seen: dict[str, dict] = {}
        waiting = [""]
        with browser.new_context() as context:
            pages = [context.new_page() for _ in range(4)]
            while waiting:
                for batch in batched(waiting, len(pages)):
                    seen |= look(site, dict(zip(batch, pages, strict=False)))
                waiting = sorted({link for page in seen.values() for link in page["pages"]} - seen.keys())
        return {"site": site, "pages": seen}

    walked = once("site-crawl", walk)[1]
    return json.loads(json.dumps(walked["pages"]).replace(walked["site"], site))


def look(site: str, pages: dict[str, Page]) -> dict[str, dict]:
    heard: dict[str, list[str]] = {address: [] for address in pages}
    for address, page in pages.items():
        watch(page, site, heard[address].append)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(site + address, wait_until="commit")
    seen = {}
    for address, page in pages.items():
        page.wait_for_load_state("networkidle")
        page.evaluate(LOAD)
        held = page.evaluate(LOOK)
        page.set_viewport_size({"width": 390, "height": 844})
        held["phone"] = page.evaluate("document.scrollingElement.scrollWidth")
        ours = [link.partition("#")[0].partition("?")[0] for link in held["links"] if link.startswith(site)]
        held["pages"] = sorted({link.removeprefix(site) for link in ours if link.endswith("/")})
        seen[address] = {**held, "heard": heard[address]}
    return seen
