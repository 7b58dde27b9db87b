"""`kb serve`: the site beside the editor, for as long as it is wanted and no longer."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

KB = Path(sys.executable).with_name("kb")
MARK = "KB_TEST_SERVE"  # in the environment of all that a server starts
SOON = 60_000  # milliseconds; it takes about three seconds on an idle machine
pytestmark = pytest.mark.slow


class Server(NamedTuple):
    """A running `kb serve`, its notebook, its address, and the file of what it says."""

    process: subprocess.Popen
    folder: Path
    address: str
    mark: str
    log: Path

    def left(self) -> list[str]:
        """The command lines of its processes."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found

    def end(self) -> None:
        """What Ctrl-C does, a signal to all processes of the terminal: nothing is left, and nothing complains."""
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.wait(30) in (0, 130)
        assert eventually(lambda: not self.left()), self.left()
        assert "Traceback" not in self.log.read_text()


@contextmanager
def serving(notebook: Path, folder: Path, *without: str) -> Iterator[Server]:
    """Start it in a copy of the notebook, runs included, but for the files that are named; it must end cleanly."""
    ignore = shutil.ignore_patterns("site", "lab", "pagefind", *without)
    shutil.copytree(notebook, folder, symlinks=True, ignore=ignore)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    mark = uuid.uuid4().hex
    log = folder.with_suffix(".log")
    with log.open("w") as said:
        process = subprocess.Popen(
            [KB, "serve", "--address", host],
            cwd=folder,
            env=os.environ | {MARK: mark},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    server = Server(process, folder, f"http://{host}/", mark, log)
    try:
        yield server
    finally:
        if process.poll() is None:
            server.end()


def eventually(question: Callable[[], object]) -> object:
    """The answer as soon as it is a true one."""
    end = time.monotonic() + SOON / 1000
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def answers(server: Server) -> bool:
    try:
        with urllib.request.urlopen(server.address, timeout=20) as response:
            return response.status == 200
    except (urllib.error.URLError, TimeoutError):
        assert server.process.poll() is None, server.log.read_text()
        return False


@pytest.fixture(scope="module")
def server(notebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(notebook, tmp_path_factory.mktemp("serve") / "notebook") as server:
        assert eventually(lambda: answers(server)), server.log.read_text()
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The coin's note."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.address}coin/")
        yield page


def edit(server: Server, path: str, old: str, new: str) -> None:
    file = server.folder / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_was_written_into_a_note_shows_without_a_reload(server: Server, page: Page) -> None:
    edit(server, "notes/coin.md", "Over three seeds", "Over three new seeds")
    expect(page.get_by_text("Over three new seeds")).to_be_visible(timeout=SOON)


def test_a_changed_program_is_run_and_what_it_prints_shows(server: Server, page: Page) -> None:
    edit(server, "snippets/coin.py", "a halfpenny tossed", "a sixpence tossed")
    expect(page.locator(".output", has_text="a sixpence tossed 10000 times")).to_be_visible(timeout=SOON)


def test_a_broken_program_shows_its_failure_where_its_output_would_stand_until_it_is_mended(
    server: Server, page: Page
) -> None:
    failure = page.locator(".admonition.note .admonition.failure")
    edit(server, "snippets/coin.py", "shares = main()", "shares = main(size=1 // 0)")
    place = (server.folder / "snippets/coin.py").read_text().split("main(size=1 // 0)")[0].count("\n") + 1
    message = f"snippets/coin.py:{place}: ZeroDivisionError: integer division or modulo by zero (in section 'result')"
    expect(failure.locator("p").last).to_have_text(message, timeout=SOON)
    expect(page.locator("a.measured").first).to_have_attribute("title", "coin has no run on this machine")
    edit(server, "snippets/coin.py", "shares = main(size=1 // 0)", "shares = main()")
    expect(failure).to_have_count(0, timeout=SOON)
    expect(page.locator("a.measured.unconfirmed")).to_have_count(0)


def test_a_mistake_in_a_note_is_said_where_it_stands(server: Server, page: Page) -> None:
    edit(server, "notes/coin.md", "coin.py#evaluate", "coin.py#evalaute")
    failure = page.locator(".admonition.failure p").last
    expect(failure).to_contain_text("has no section 'evalaute'; did you mean 'evaluate'?", timeout=SOON)
    edit(server, "notes/coin.md", "coin.py#evalaute", "coin.py#evaluate")
    expect(page.locator(".admonition.failure")).to_have_count(0, timeout=SOON)


def test_a_link_that_leads_nowhere_is_said_and_the_rest_goes_on(server: Server, page: Page) -> None:
    edit(server, "notes/coin.md", "questions.md#what-we-ran", "answers.md#what-we-ran")
    assert eventually(lambda: "answers.md" in server.log.read_text())
    edit(server, "notes/coin.md", "answers.md#what-we-ran", "questions.md#what-we-ran")
    edit(server, "notes/coin.md", "the note on trees", "the other note")
    expect(page.get_by_text("the other note")).to_have_count(1, timeout=SOON)


def test_an_address_that_does_not_exist_is_answered_in_the_sites_own_dress(server: Server, page: Page) -> None:
    response = page.goto(f"{server.address}nowhere/at/all/")
    assert response.status == 404
    expect(page.locator("h1")).to_have_text("There is no such page")
    assert page.locator(".md-header .md-logo svg").bounding_box()["width"] < 50
    page.click("article >> text=all notes")
    expect(page.locator("h1")).to_have_text("Notes")


def test_ctrl_c_ends_it_with_the_program_that_is_running(notebook: Path, tmp_path: Path) -> None:
    with serving(notebook, tmp_path / "notebook", "datasets", "questions.*") as server:
        assert eventually(lambda: answers(server)), server.log.read_text()
        edit(
            server,
            "snippets/coin.py",
            "    shares = main()\n",
            "    shares = main()\n    import time; time.sleep(50)\n",
        )
        assert eventually(lambda: any("ipykernel" in line for line in server.left()))
        server.end()
