"""Text that leaves this machine says nothing of whose machine it is."""

import getpass
import platform
import re
import sys
from pathlib import Path

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-_])")
PATH = re.compile(r"(?<![\w/.~-])(?:/[^\s/:'\"`<>|()\[\],;]+)+/(?P<last>[^\s/:'\"`<>|()\[\],;]+)")
ANYBODY = {"", "root", "runner", "user", "ubuntu", "localhost"}  # names that tell nothing, and are words too
SHORTEST = 3  # letters of a name that is taken out: shorter ones stand in too many words


def anonymous(text: str, root: Path) -> str:
    """The text without absolute paths, colours, and the names of the user and the host."""
    text = ESCAPES.sub("", text).replace("file:///", "/")
    places = {f"{folder}{end}": new for folder in (root, root.resolve()) for end, new in (("/", ""), ("", "."))}
    places |= {sys.prefix: ".venv", sys.base_prefix: "PYTHON", f"{Path.home()}": "~"}
    for place in sorted(places, key=len, reverse=True):
        whole = "" if place.endswith("/") else r"(?![\w.-])"  # /home/jo is not the beginning of /home/joan
        text = re.sub(rf"(?<![\w/.~-]){re.escape(place)}{whole}", places[place], text)
    text = PATH.sub(lambda found: f"…/{found['last']}", text)
    for name, instead in {platform.node(): "HOST", Path.home().name: "USER", _user(): "USER"}.items():
        if len(name) >= SHORTEST and name not in ANYBODY:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", instead, text)
    return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # such as in a container without a list of users
        return ""
