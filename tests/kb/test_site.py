"""What is published, and by whom."""

import pytest
from kb.site import Author, Site, read_site

TOLD = ("Notes", "https://notes.example/kb/", "What we tried.", "https://code.example/notes/")
CITATION = """\
cff-version: 1.2.0
version: 1.4.0
authors:
  - given-names: Ludwig
    name-particle: van
    family-names: Beethoven
  - name: The halfpenny society
  - alias: nobody
"""


def test_the_authors_and_the_version_are_those_of_the_citation_file(book):
    book.write("CITATION.cff", CITATION)
    site = read_site(book.root, *TOLD)
    assert site.authors == (
        Author("van Beethoven", "Ludwig"),
        Author("The halfpenny society"),
        Author("nobody"),
    )
    assert site.version == "1.4.0"


@pytest.mark.parametrize("citation", [None, "", "- a list\n", "authors:\n", "authors: [a, b]\n"])
def test_without_named_authors_the_site_s_authors_wrote_it(book, citation):
    if citation is not None:
        book.write("CITATION.cff", citation)
    assert read_site(book.root, *TOLD).authors == (Author("The authors of Notes"),)


def test_a_citation_file_that_is_not_yaml_is_a_problem_with_its_line(book):
    book.write("CITATION.cff", "title: Notes\nauthors: [a\n")
    book.note("heat")
    assert book.problems() == ["CITATION.cff:3: not YAML; mend the file"]


def test_a_person_s_name_can_be_inverted_and_a_group_s_cannot():
    person, group = Author("van Beethoven", "Ludwig"), Author("The halfpenny society")
    assert (person.name, person.inverted) == ("Ludwig van Beethoven", "van Beethoven, Ludwig")
    assert (group.name, group.inverted) == ("The halfpenny society", "The halfpenny society")


def test_addresses_are_quoted_and_keep_their_places():
    site = Site(*TOLD[:3], "https://code.example/notes", ())
    assert site.url() == "https://notes.example/kb/"
    assert site.url("größe & so/#claims") == "https://notes.example/kb/gr%C3%B6%C3%9Fe%20%26%20so/#claims"
    assert site.source("snippets/a b.py") == "https://code.example/notes/blob/main/snippets/a%20b.py"
