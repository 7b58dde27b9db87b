"""A program as a Jupyter notebook: its cells are its sections."""

from kb.cells import executable
from kb.snippet import parse

PROGRAM = '"""The idea."""\n\n# %% data\nx = 1\n\n# %% [markdown]\n# Some words.\n\n# %% train\n\ny = x\n'


def test_each_code_cell_knows_its_section_and_the_line_where_it_begins():
    cells = executable(parse("snippets/x.py", PROGRAM)).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [(cell.source, cell.metadata.section, cell.metadata.first) for cell in code] == [
        ('"""The idea."""', "", 1),
        ("x = 1", "data", 4),
        ("y = x", "train", 11),
    ]
    assert [cell.source for cell in cells if cell.cell_type == "markdown"] == ["Some words."]
