"""A program as the cells of a Jupyter notebook, cut by jupytext."""

from kb.problem import Trouble
from kb.snippet import Snippet


def executable(snippet: Snippet) -> dict:
    """The notebook (format 4) of a program; each code cell knows its section and the line at which it begins."""
    import jupytext  # a third of a second, which only those pay who run something

    notebook = jupytext.reads(snippet.text, fmt="py:percent")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sections = [section for section in snippet.sections if not section.markdown]
    if len(code) != len(sections):
        cut = f"jupytext cuts it into {len(code)} code cells where {len(sections)} are marked"
        raise Trouble(snippet.path, 1, f"{cut}; mend its `# %%` lines", "run")
    for cell, section in zip(code, sections, strict=True):
        cell.source = cell.source.strip("\n")  # so that its lines are counted from the section's first
        cell.metadata["section"] = section.name
        cell.metadata["first"] = section.first
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook
