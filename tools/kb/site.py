"""What is published: the site's name and its address, who wrote it, under which licences."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import yaml

from kb.problem import Trouble, read_text

CITATION = "CITATION.cff"
NOTES_LICENCE = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")  # as LICENSE says
CODE_LICENCE = ("MIT", "https://spdx.org/licenses/MIT.html")


@dataclass(frozen=True)
class Author:
    """A person, or a group, which has no given name."""

    family: str
    given: str = ""

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.given} {self.family}".strip()

    @property
    def inverted(self) -> str:
        """As lists of authors sort it."""
        return f"{self.family}, {self.given}" if self.given else self.family


@dataclass(frozen=True)
class Site:
    """The published whole; `address` ends with a slash, `repository` is where its files are browsed."""

    name: str
    address: str
    description: str
    repository: str
    authors: tuple[Author, ...]
    version: str = ""

    def url(self, path: str = "") -> str:
        """The address of a page or file below the site's."""
        return self.address + quote(path, safe="/#")

    def source(self, path: str) -> str:
        """Where a file of the repository is browsed."""
        return f"{self.repository}/blob/main/{quote(path)}"


def read_site(root: Path, name: str, address: str, description: str, repository: str) -> Site:
    """The site, with the authors and the version of `CITATION.cff`; without one, its authors have no names."""
    cited = read_citation(root)
    people = [_author(entry) for entry in cited.get("authors") or [] if isinstance(entry, dict)]
    authors = tuple(person for person in people if person.family) or (Author(f"The authors of {name}"),)
    return Site(name, address, description, repository.rstrip("/"), authors, str(cited.get("version") or ""))


def read_citation(root: Path) -> dict:
    """What `CITATION.cff` says, where there is one; raises Trouble where it is no YAML."""
    if not (root / CITATION).is_file():
        return {}
    try:
        cited = yaml.safe_load(read_text(root / CITATION, CITATION))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Trouble(CITATION, mark.line + 1 if mark else 1, "not YAML; mend the file", "citation") from None
    return cited if isinstance(cited, dict) else {}


def _author(entry: dict) -> Author:
    """Of a person the particle and the suffix belong to the family's name; a group has one name."""
    family = [entry.get(name) for name in ("name-particle", "family-names", "name-suffix")]
    if "name" in entry or not any(family):
        return Author(str(entry.get("name") or entry.get("alias") or ""))
    return Author(" ".join(str(part) for part in family if part), str(entry.get("given-names") or ""))
