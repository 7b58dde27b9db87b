"""A build renders the pages that changed and no others, and what it kept is what rendering would give."""

import logging
import os
from pathlib import Path

import pytest
from kb import hook
from kb.rendered import STORE, Rendered
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TEXT = "# Heat\n\nSee [the other](cold.md#why).\n\n## How *fast*\n\n### Very\n"


@pytest.fixture
def config(tmp_path: Path) -> MkDocsConfig:
    """The settings of an empty site."""
    settings = tmp_path / "mkdocs.yml"
    settings.write_text("site_name: A site\n")
    (tmp_path / "docs").mkdir()
    config = MkDocsConfig(config_file_path=str(settings))
    folders = {"docs_dir": str(tmp_path / "docs"), "site_dir": str(tmp_path / "site")}
    config.load_dict({"site_name": "A site", **folders, "validation": {"anchors": "warn"}})
    assert config.validate() == ([], [])
    return config


@pytest.fixture
def build(config: MkDocsConfig, monkeypatch: pytest.MonkeyPatch):
    """Build the page of a text as MkDocs does, from new objects each time; the page, and whether it was rendered."""
    rendered: list[Page] = []
    render = Page.render
    monkeypatch.setattr(Page, "render", lambda page, *words: (rendered.append(page), render(page, *words))[1])

    def build(text: str = TEXT, others: tuple[str, ...] = ("cold.md",), name: str = "heat.md") -> tuple[Page, bool]:
        for path in {name, *others} - set(os.listdir(config.docs_dir)):
            Path(config.docs_dir, path).touch()
        files = Files([File(path, config.docs_dir, config.site_dir, True) for path in (name, *others)])
        monkeypatch.setattr(hook.State, "rendered", Rendered(config, files), raising=False)
        page = Page(None, files.src_uris[name], config)
        hook.on_pre_page(page, config, files)
        page.markdown = text
        page.render(config, files)
        hook.State.rendered.cache.sweep()
        assert all(files.src_uris[file.src_uri] is file for file in page.links_to_anchors or {})
        return page, page in rendered

    return build


def kept(config: MkDocsConfig) -> list[Path]:
    return list((Path(config.config_file_path).parent / STORE).glob("*"))


def test_a_page_that_did_not_change_is_not_rendered_again_and_is_the_same(build) -> None:
    (first, fresh), (second, again) = build(), build()
    assert (fresh, again) == (True, False)
    assert (second.content, second.title) == (first.content, "Heat")
    assert str(second.toc) == str(first.toc) == "Heat - #heat\n    How fast - #how-fast\n        Very - #very\n"
    assert second.toc.items[0].active
    assert second.present_anchor_ids == first.present_anchor_ids == {"heat", "how-fast", "very"}
    assert [(file.src_uri, links) for file, links in (second.links_to_anchors or {}).items()] == [
        ("cold.md", {"why": "cold.md#why"})
    ]


def test_a_page_that_changed_is_rendered_again_and_what_it_was_is_not_kept(build, config: MkDocsConfig) -> None:
    build()
    page, again = build(TEXT + "And more.\n")
    assert again
    assert "And more." in (page.content or "")
    assert len(kept(config)) == 1


def test_the_same_text_elsewhere_is_another_page(build) -> None:
    build(TEXT, ("cold.md", "warm.md"))
    assert build(TEXT, ("cold.md", "heat.md"), "warm.md")[1]


def test_a_page_is_rendered_again_when_a_file_came_or_went_that_it_may_link_to(build) -> None:
    build()
    assert build(others=("cold.md", "warm.md"))[1]


def test_a_page_is_rendered_again_when_the_settings_changed(build, config: MkDocsConfig) -> None:
    build()
    Path(config.config_file_path).write_text("site_name: Another\n")
    assert build()[1]


def test_a_page_is_rendered_again_when_a_template_changed(build, config: MkDocsConfig) -> None:
    theme = Path(config.config_file_path).with_name("tools") / "theme"
    theme.mkdir(parents=True)
    (theme / "notebook.html").write_text("one way")
    build()
    (theme / "notebook.html").write_text("another way")
    assert build()[1]


def test_a_page_that_was_kept_and_damaged_is_rendered_again(build, config: MkDocsConfig) -> None:
    page, _ = build()
    (path,) = kept(config)
    path.write_bytes(path.read_bytes().replace(b"Heat", b"Cold"))
    repaired, again = build()
    assert again
    assert repaired.content == page.content
    assert not build()[1]


def test_what_is_said_of_a_page_is_said_at_each_build(
    build, config: MkDocsConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "mkdocs")
    for _ in range(2):
        build("See [nothing](nowhere.md).\n")
    said = "Doc file 'heat.md' contains a link 'nowhere.md', but the target is not found among documentation files."
    assert [record.getMessage() for record in caplog.records] == [said, said]
    assert kept(config) == []
