"""What a search costs in a built site: seconds until it answers and until a result can be read, CPU seconds, bytes.

    .venv/bin/python benchmarks/search_many.py site --words gradient matrix --tag ML --repeat 7 --sample 40

serves the folder gzip-compressed on loopback and searches it in Chromium as a person does: `/` opens the dialog, and
the words are typed at once, the first as soon as there is a field for it.  Seconds are counted from the first key of
a word until the sentence over the results (answer) and until a frame with the first result (shown); so they hold the
pause after the last key that the field waits for.  Bytes are all that is sent from `/` on.  A person types slower,
and on a slow network each file takes longer: here there is none.

Each line of the table is searched in a new window, which has cached nothing, unless it says `then`; it is the median
of as many windows.  CPU seconds are Chromium's, all of its processes together (Linux only).  The sample is searched
once each: words of titles, drawn as often as they stand there, and each with two letters swapped.
"""

import argparse
import functools
import gzip
import json
import os
import random
import re
import shutil
import statistics
import threading
from dataclasses import astuple, dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
FIELD = "pagefind-input input"
WATCH = """(text) => {
  const modal = document.querySelector("pagefind-modal");
  const instance = PagefindComponents.getInstanceManager().getInstance("default");
  const frame = () => new Promise(requestAnimationFrame);
  const begun = new Promise((resolve) => {
    modal.addEventListener("keydown", (key) => resolve(key.timeStamp), { capture: true, once: true });
  });
  const answer = new Promise((resolve) => instance.on("results", (found) => {
    if (found.asked && instance.searchTerm === text) resolve({ count: found.count, at: performance.now() });
  }, modal));
  window.cost = (async () => {
    const [start, { count, at }] = await Promise.all([begun, answer]);
    while (count && !modal.querySelector(".pf-result-link")) await frame();
    await frame();
    return { results: count, answer: (at - start) / 1000, shown: (performance.now() - start) / 1000 };
  })();
}"""


@dataclass(frozen=True)
class Cost:
    """What one search took."""

    results: float
    answer: float
    shown: float
    cpu: float
    kilobytes: float


@functools.cache
def compressed(path: Path) -> tuple[bytes, bool]:
    """A file as it is sent, and whether that is compressed: not where it would grow."""
    plain = path.read_bytes()
    packed = gzip.compress(plain, 6)
    return (packed, True) if len(packed) < len(plain) else (plain, False)


class Compressed(SimpleHTTPRequestHandler):
    """Files as a web server sends them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body, packed = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        if packed:
            self.send_header("Content-Encoding", "gzip")
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


def search(page: Page, server: Server, text: str) -> Cost:
    """Type a text and wait for what it finds."""
    page.wait_for_load_state("networkidle")
    sent, spent = server.sent, cpu_seconds()
    page.evaluate(WATCH, text)
    if page.locator("dialog.pf-modal[open]").count():
        page.locator(FIELD).select_text()
    else:
        page.keyboard.press("/")
        page.wait_for_function("(field) => document.activeElement?.matches(field)", arg=FIELD)
    page.keyboard.type(text)
    found = page.evaluate("cost")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    return Cost(**found, cpu=cpu_seconds() - spent, kilobytes=(server.sent - sent) / 1000)


def window(browser: Browser, server: Server, texts: list[str]) -> list[Cost]:
    """What some searches cost one after another, the first in a window that has cached nothing."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        return [search(page, server, text) for text in texts]


def misspelt(word: str) -> str:
    """The word with two letters of its middle swapped."""
    at = len(word) // 2
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def sample(site: Path, size: int) -> list[str]:
    """Words of titles: a word for each of some titles, the same each time."""
    choice = random.Random(0)
    titles = [note["title"] for note in json.loads((site / "notes.json").read_text())]
    found: dict[str, None] = {}
    while len(found) < size:
        words = re.findall(r"[a-z]{4,}", choice.choice(titles).lower())
        found |= dict.fromkeys(words and [choice.choice(words)])
    return list(found)


def table(browser: Browser, server: Server, words: tuple[str, str], tag: str, repeat: int) -> None:
    """Print what each kind of search costs."""
    first, second = words
    lines = [
        {"the first search": first, "then another word": second, "then both": f"{first} {second}"},
        {"a tag alone": f"#{tag}", "then with a word": f"#{tag} {first}"},
        {"three letters": first[:3], "then one": first[0]},
        {"a misspelt word": misspelt(first)},
    ]
    print(f"{'':34} results   answer    shown    CPU s      KB")
    for line in lines:
        windows = [window(browser, server, list(line.values())) for _ in range(repeat)]
        for (name, text), costs in zip(line.items(), zip(*windows, strict=True), strict=True):
            cost = Cost(*(statistics.median(part) for part in zip(*map(astuple, costs), strict=True)))
            seconds = f"{cost.answer:8.2f} {cost.shown:8.2f} {cost.cpu:8.2f}"
            print(f"{f'{name}: {text}':34} {cost.results:7,.0f} {seconds} {cost.kilobytes:7.0f}", flush=True)


def distribution(browser: Browser, server: Server, words: list[str]) -> None:
    """Print the bytes and seconds of first searches for many words, and which were the heaviest."""
    for name, texts in {"as written": words, "misspelt": [misspelt(word) for word in words]}.items():
        costs = {text: window(browser, server, [text])[0] for text in texts}
        for unit, values in {
            "KB": {text: cost.kilobytes for text, cost in costs.items()},
            "seconds until the answer": {text: cost.answer for text, cost in costs.items()},
            "seconds until a result is shown": {text: cost.shown for text, cost in costs.items()},
        }.items():
            least, *_, most = ordered = sorted(values.values())
            middle, ninth = statistics.median(ordered), statistics.quantiles(ordered, n=10, method="inclusive")[-1]
            told = f"least {least:.3g}, median {middle:.3g}, nine of ten {ninth:.3g}, most {most:.3g}"
            heaviest = ", ".join(sorted(values, key=lambda text: -values[text])[:4])
            print(f"{len(texts)} words {name}, {unit}: {told} ({heaviest})", flush=True)


def main() -> None:
    """Print the table and the distribution."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--words", nargs=2, default=("gradient", "matrix"), help="two that occur in it")
    parser.add_argument("--tag", default="ML")
    parser.add_argument("--repeat", type=int, default=1, help="windows for each line")
    parser.add_argument("--sample", type=int, default=0, help="how many words to search once each")
    options = parser.parse_args()
    with Server(options.site) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        table(browser, server, options.words, options.tag, options.repeat)
        if options.sample:
            distribution(browser, server, sample(options.site, options.sample))
        print("load of the machine in the last minute, five, fifteen:", *(f"{load:.1f}" for load in os.getloadavg()))
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
