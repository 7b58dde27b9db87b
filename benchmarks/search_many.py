"""What a search costs in a built site: seconds until it answers and until a result can be read, CPU seconds, bytes.

    .venv/bin/python benchmarks/search_many.py site --words gradient matrix --tag ML

serves the folder gzip-compressed on loopback and searches it in Chromium, each line of the table in a new window
unless it says `then`.  CPU seconds are Chromium's, all of its processes together (Linux only).
"""

import argparse
import functools
import gzip
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
# The answer is the sentence over the results; after it the first result is fetched and laid out.
SEARCH = """async ([text, facets]) => {
  const modal = document.querySelector("pagefind-modal");
  const instance = PagefindComponents.getInstanceManager().getInstance("default");
  const frame = () => new Promise(requestAnimationFrame);
  const start = performance.now();
  modal.open();
  const found = await new Promise((resolve) => {
    instance.on("results", (it) => it.asked && resolve(it), modal);
    instance.triggerLoad().then(() => instance.triggerSearchWithFilters(text, facets));
  });
  const answered = performance.now();
  while (found.count && !modal.querySelector(".pf-result-link")) await frame();
  return { count: found.count, answered: answered - start, shown: performance.now() - start };
}"""


class Compressed(SimpleHTTPRequestHandler):
    """Files as a web server sends them."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        plain = path.read_bytes()
        packed = gzip.compress(plain, 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        if len(packed) < len(plain):
            self.send_header("Content-Encoding", "gzip")
        body = min(packed, plain, key=len)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.sent += len(body)


class Server(ThreadingHTTPServer):
    """Serves a folder; `sent` are the bytes of all bodies."""

    daemon_threads = True
    sent = 0

    def __init__(self, folder: Path):
        super().__init__(("127.0.0.1", 0), functools.partial(Compressed, directory=str(folder)))
        threading.Thread(target=self.serve_forever, daemon=True).start()


def cpu_seconds() -> float:
    """What all processes below this one have taken, those that ended apart."""
    children: dict[int, list[tuple[int, int]]] = {}
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = process.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        ticks = int(fields[11]) + int(fields[12])
        children.setdefault(int(fields[1]), []).append((int(process.parent.name), ticks))

    def below(parent: int) -> int:
        return sum(ticks + below(child) for child, ticks in children.get(parent, []))

    return below(os.getpid()) / os.sysconf("SC_CLK_TCK")


def measure(page: Page, server: Server, name: str, text: str = "", **facets: list[str]) -> None:
    """Search once, and print a line of the table."""
    page.wait_for_load_state("networkidle")
    sent, spent = server.sent, cpu_seconds()
    found = page.evaluate(SEARCH, [text, facets])
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    sent, spent = server.sent - sent, cpu_seconds() - spent
    seconds = f"{found['answered'] / 1000:8.2f} {found['shown'] / 1000:8.2f} {spent:8.2f}"
    print(f"{name:32} {found['count']:7,} {seconds} {sent / 1000:7.0f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--words", nargs=2, default=["gradient", "matrix"], help="two that occur in it")
    parser.add_argument("--tag", default="ML")
    options = parser.parse_args()
    first, second = options.words
    lines = [
        [("the first search", first, {}), ("then another word", second, {}), ("then both", f"{first} {second}", {})],
        [("a tag alone", "", {"tag": [options.tag]}), ("then with a word", first, {"tag": [options.tag]})],
        [("three letters", first[:3], {}), ("then one", first[0], {})],
        [("a misspelt word", first[:3] + first[4] + first[3] + first[5:], {})],
    ]
    with Server(options.site) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        print(f"{'':32} results   answer    shown    CPU s      KB")
        for searches in lines:
            page = browser.new_context().new_page()  # has cached nothing
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            for name, text, facets in searches:
                measure(page, server, f"{name}: {text or options.tag}", text, **facets)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
