"""What Lighthouse says of a built site that is served as a host serves it: compressed, and kept by the browser.

    .venv/bin/python benchmarks/lighthouse.py                   home, a note, a lab page, the claims
    .venv/bin/python benchmarks/lighthouse.py --runs 1 xor/     one page, once

Needs Node 18.16 or newer (`npx` fetches Lighthouse once) and a Chromium: the one of CHROME_PATH, or on PATH.
Prints the medians; they mean something on a quiet machine only.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

LIGHTHOUSE = "lighthouse@12.8.2"  # the last that runs on Node 20
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PAGES = ("", "mnist/", "lab/xor_jax/", "claims/")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PACKED = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")


@cache
def packed(file: Path) -> bytes:
    """A file as it is sent."""
    return gzip.compress(file.read_bytes())


class Host(SimpleHTTPRequestHandler):
    """A static host: text is compressed, and everything may be kept for ten minutes, as on GitHub Pages."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the table is the output."""

    def do_GET(self) -> None:
        """Answer with a file, or with 404.html."""
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        status = 200 if file.is_file() else 404
        file = file if file.is_file() else Path(self.directory) / "404.html"
        kind = self.guess_type(file)
        small = kind.startswith(PACKED)
        body = packed(file) if small else file.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if small:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


def audit(address: str, chromium: str, tries: int = 3) -> dict:
    """One report; Chromium on a busy machine does not always paint in time, so it may try again."""
    command = [
        "npx", "--yes", LIGHTHOUSE, address, "--preset=desktop", "--output=json", "--quiet",
        f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"CHROME_PATH": chromium})
    if done.returncode and tries > 1:
        return audit(address, chromium, tries - 1)
    if done.returncode:
        sys.exit(f"lighthouse: {address} was not measured: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def row(reports: list[dict]) -> list[str]:
    """The medians of one page's reports."""

    def number(name: str) -> float:
        return median(report["audits"][name]["numericValue"] for report in reports)

    scores = [median(report["categories"][name]["score"] for report in reports) for name in CATEGORIES]
    return [
        *(f"{100 * score:.0f}" for score in scores),
        f"{number('largest-contentful-paint') / 1000:.2f} s",
        f"{number('total-blocking-time'):.0f} ms",
        f"{number('cumulative-layout-shift'):.3f}",
        f"{number('total-byte-weight') / 1000:.0f} kB",
    ]


def lost(reports: list[dict]) -> list[str]:
    """The audits that count and are not passed in the last report."""
    counted = {it["id"] for name in CATEGORIES for it in reports[-1]["categories"][name]["auditRefs"] if it["weight"]}
    audits = (reports[-1]["audits"][name] for name in sorted(counted))
    return [f"{it['id']} {it['score']}" for it in audits if it["score"] is not None and it["score"] < 0.9]


def main() -> None:
    """Measure the pages and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="*", default=PAGES, metavar="PAGE", help="an address below the site's")
    parser.add_argument("--site", type=Path, default=Path("site"), help="the built site")
    parser.add_argument("--runs", type=int, default=5)
    words = parser.parse_args()
    chromium = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not chromium or not shutil.which("npx"):
        sys.exit("lighthouse: it needs Chromium and Node's npx; install them")
    if not (words.site / "index.html").is_file():
        sys.exit(f"lighthouse: {words.site} holds no site; `./kb build` makes one")
    heads = ("page", *CATEGORIES, "LCP", "TBT", "CLS", "sent", "not passed")
    table = Table(*heads, title=f"{LIGHTHOUSE}, desktop, medians of {words.runs}")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(words.site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for page in words.pages:
            address = f"http://127.0.0.1:{server.server_port}/{page}"
            reports = [audit(address, chromium) for _ in range(words.runs)]
            table.add_row(page or "home", *row(reports), "\n".join(lost(reports)))
        server.shutdown()
    Console(width=None if sys.stdout.isatty() else 160).print(table)


if __name__ == "__main__":
    main()
