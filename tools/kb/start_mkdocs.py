"""Starts MkDocs, which loads the hook: in this process, where a note that was read to be checked is not read again."""

import contextlib
import logging
import os
from pathlib import Path

from click import Abort, ClickException
from mkdocs.__main__ import cli

from kb import lab
from kb.problem import Trouble


def build(root: Path) -> None:
    """Build the site, strictly; only what is wrong is said."""
    logging.disable(logging.INFO)
    _start(["build", "--strict"], root)


def serve(root: Path, address: str) -> None:
    """Serve the site and reload it when something changes."""
    watched = [folder for folder in ("snippets", "datasets") if (root / folder).is_dir()]
    os.environ["SITE_URL"] = f"http://{address}/"
    _start(["--color", "serve", "--no-strict", "--dev-addr", address, *(f"--watch={name}" for name in watched)], root)


def _start(words: list[str], root: Path) -> None:
    (root / lab.FOLDER).mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.chdir(root):
            cli.main(words, "mkdocs", standalone_mode=False)
    except ClickException as error:
        error.show()
        message = f"MkDocs ended with {error.exit_code}; the lines above say why"
        raise Trouble("mkdocs.yml", 1, message, "site") from None
    except Abort:
        raise KeyboardInterrupt from None
