"""Starts MkDocs, which loads the hook."""

import os
import subprocess
import sys
from pathlib import Path

from kb import lab
from kb.problem import Trouble


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
