"""While the site is served, a reload renders what changed and nothing else."""

import os
from pathlib import Path

import pytest
from kb import hook
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TEXT = "# Heat\n\nSee [the other](cold.md#why).\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MkDocsConfig:
    """The settings of an empty site that is being served."""
    monkeypatch.setattr(hook.State, "command", "serve")
    monkeypatch.setattr(hook.State, "rendered", {})
    settings = tmp_path / "mkdocs.yml"
    settings.write_text("site_name: A site\n")
    (tmp_path / "docs").mkdir()
    config = MkDocsConfig(config_file_path=str(settings))
    config.load_dict({"site_name": "A site", "docs_dir": str(tmp_path / "docs"), "site_dir": str(tmp_path / "site")})
    assert config.validate() == ([], [])
    return config


@pytest.fixture
def reload(config: MkDocsConfig, monkeypatch: pytest.MonkeyPatch):
    """Build the page of a text as MkDocs does, from new objects each time; the page, and whether it was rendered."""
    rendered: list[Page] = []
    render = Page.render
    monkeypatch.setattr(Page, "render", lambda page, *words: (rendered.append(page), render(page, *words))[1])

    def build(text: str = TEXT, others: tuple[str, ...] = ("cold.md",)) -> tuple[Page, bool]:
        for name in {"heat.md", *others} - set(os.listdir(config.docs_dir)):
            Path(config.docs_dir, name).touch()
        files = Files([File(name, config.docs_dir, config.site_dir, True) for name in ("heat.md", *others)])
        monkeypatch.setattr(hook.State, "addresses", hash(frozenset(files.src_uris)))
        page = Page(None, files.src_uris["heat.md"], config)
        hook.on_pre_page(page, config, files)
        page.markdown = text
        page.render(config, files)
        assert all(files.src_uris[file.src_uri] is file for file in page.links_to_anchors or {})
        return page, page in rendered

    return build


def test_a_page_that_did_not_change_is_not_rendered_again_and_is_the_same(reload) -> None:
    (first, fresh), (second, again) = reload(), reload()
    assert (fresh, again) == (True, False)
    assert second.content == first.content
    assert [item.title for item in second.toc] == ["Heat"]
    assert [file.src_uri for file in second.links_to_anchors or {}] == ["cold.md"]


def test_a_page_that_changed_is_rendered_again(reload) -> None:
    reload()
    page, again = reload(TEXT + "And more.\n")
    assert again
    assert "And more." in (page.content or "")


def test_a_page_is_rendered_again_when_a_file_came_or_went_that_it_may_link_to(reload) -> None:
    reload()
    assert reload(others=("cold.md", "warm.md"))[1]


def test_a_page_is_rendered_again_when_the_settings_changed(reload, config: MkDocsConfig) -> None:
    reload()
    Path(config.config_file_path).write_text("site_name: Another\n")
    assert reload()[1]


def test_a_build_keeps_nothing(reload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook.State, "command", "build")
    reload()
    assert hook.State.rendered == {}
