"""A pytest plugin beside pytest-codeblocks: what the site shows is what runs, and a failure says where and why."""

import contextlib
import os
import subprocess
import traceback
from collections.abc import Generator
from pathlib import Path
from unittest import mock

import pytest
from pytest_codeblocks.plugin import TestBlock

from kb.markup import read_markup
from kb.problem import read_text


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out templates, and fences that the site does not show as code, such as those in comments."""
    shown = {path: _shown(path) for path in {item.path for item in items if isinstance(item, TestBlock)}}
    keep = [item for item in items if not isinstance(item, TestBlock) or _line(item) in shown[item.path]]
    config.hook.pytest_deselected(items=[item for item in items if item not in keep])
    items[:] = keep


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run a block in the repository's root, without windows; whatever it raises becomes `path:line: what`."""
    if not isinstance(item, TestBlock):
        return (yield)
    with contextlib.chdir(item.config.rootpath), mock.patch.dict(os.environ, MPLBACKEND="Agg"):
        try:
            return (yield)
        except (Exception, SystemExit) as error:
            raise RuntimeError(_message(item, error)) from None


def _line(item: TestBlock) -> int:
    return item.obj.lineno if item.obj else 0


def _shown(path: Path) -> set[int]:
    if path.name.startswith("_"):
        return set()
    return {fence.line for fence in read_markup(read_text(path, path.name)).fences}


def _message(item: TestBlock, error: BaseException) -> str:
    inner = error.__context__ if type(error) is RuntimeError and error.__context__ else error
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(inner.__traceback__) if frame.filename == "<string>"]
    line = _line(item) + (lines[-1] if lines else 0)
    said = error.args[0] if inner is error and type(error) is RuntimeError else f"{type(inner).__name__}: {inner}"
    if isinstance(inner, SyntaxError):
        line, said = _line(item) + (inner.lineno or 0), f"SyntaxError: {inner.msg}"
    if isinstance(inner, subprocess.CalledProcessError):
        said = f"ended with {inner.returncode}\n{inner.stderr.decode(errors='replace')}"
    return f"{item.path.relative_to(item.config.rootpath)}:{line}: {said}"
