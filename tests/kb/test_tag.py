"""The closed vocabulary: names, aliases, parents."""

import pytest
from kb.problem import Trouble
from kb.tag import find, read_tags


def test_every_tag_has_a_name_a_description_aliases_and_a_parent(book):
    tags = read_tags(book.root)
    assert list(tags) == ["ML", "neural-networks", "DS"]
    assert (tags["neural-networks"].description, tags["neural-networks"].parent) == ("Networks of layers.", "ML")
    assert list(tags["ML"].aliases) == ["MachineLearning"]


@pytest.mark.parametrize("word", ["ML", "ml", "#ML", "MachineLearning", "#machinelearning"])
def test_a_tag_is_found_by_its_name_or_an_alias_in_any_case(book, word):
    assert find(word, read_tags(book.root)).name == "ML"


def test_a_word_outside_the_vocabulary_is_no_tag(book):
    assert find("JAX", read_tags(book.root)) is None


def test_the_address_of_a_tag_is_its_name_in_lower_case(book):
    assert [tag.slug for tag in read_tags(book.root).values()] == ["ml", "neural-networks", "ds"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[A\n", "1: not TOML: Expected ']' at the end of a table declaration (at line 1, column 3); mend the file"),
        (
            '[A]\ndescription = "x"\n[A]\n',
            "3: not TOML: Cannot declare ('A',) twice (at line 3, column 3); mend the file",
        ),
        ("# tags\n[A]\n", "2: [A] lacks 'description'; add it"),
        (
            '[A]\ndescription = "x"\ncolour = 1\n',
            "1: [A] has the unknown field 'colour'; there are description, aliases, parent",
        ),
        ('[A]\ndescription = "x"\nparnt = "B"\n', "1: [A] has the unknown field 'parnt'; did you mean 'parent'?"),
        ('[A]\ndescription = "x"\naliases = "B"\n', "1: [A] aliases is 'B'; write a list of texts"),
        ("A = 1\n", "1: 'A' is no table; begin it with [A]"),
        ('[A]\ndescription = "x"\nparent = "B"\n', "1: 'A' has the unknown parent 'B'; there is A"),
    ],
)
def test_a_vocabulary_that_cannot_be_read_is_one_line_with_its_place_and_a_remedy(book, text, message):
    book.write("notes/tags.toml", text)
    with pytest.raises(Trouble) as caught:
        read_tags(book.root)
    assert str(caught.value) == f"notes/tags.toml:{message}"


def test_a_tag_that_is_its_own_ancestor_is_an_error(book):
    book.write("notes/tags.toml", '[A]\ndescription = "x"\nparent = "B"\n[B]\ndescription = "y"\nparent = "A"\n')
    with pytest.raises(Trouble) as caught:
        read_tags(book.root)
    assert str(caught.value) == "notes/tags.toml:1: 'A' is its own ancestor (A, B, A); give one of them another parent"


def test_an_alias_leads_to_one_tag_only(book):
    book.write("notes/tags.toml", '[A]\ndescription = "x"\naliases = ["C"]\n[B]\ndescription = "y"\naliases = ["c"]\n')
    with pytest.raises(Trouble) as caught:
        read_tags(book.root)
    assert str(caught.value) == "notes/tags.toml:1: 'c' means both 'A' and 'B'; keep one"


def test_the_project_s_own_vocabulary_can_be_read(project):
    assert {"ML", "DS", "physics"} <= read_tags(project).keys()
