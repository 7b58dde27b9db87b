"""YAML in which every value knows its line: what a note's front matter is read from."""

from typing import Any

import yaml

from kb.problem import Trouble

DEEPEST = 20


def compose(path: str, text: str) -> yaml.MappingNode:
    """The mapping that a note begins with; raises Trouble where it is none."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _trouble(path, line_of(event.start_mark), "an alias in front matter; write the value out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _trouble(path, line_of(event.start_mark), "front matter is nested too deeply; write plain values")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = line_of(error.problem_mark or error.context_mark)
        message = f"front matter is not YAML: {error.problem}; quote values that hold `:` or `#`"
        raise _trouble(path, line, message) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 2
        raise _trouble(path, line, f"front matter is not YAML: {error.reason}; take the character out") from None
    if not isinstance(node, yaml.MappingNode):
        raise _trouble(path, 2, "front matter has no fields; give title, date and tags")
    return node


def _trouble(path: str, line: int, message: str) -> Trouble:
    return Trouble(path, line, message, "front-matter")


def line_of(mark: Any) -> int:
    """The line of a mark in the note."""
    # marks count from 0, and the line --- stands above
    return mark.line + 2 if mark else 1


class _Loader(yaml.SafeLoader):
    """Refuses a number that no float holds: it can be neither compared nor shown."""

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value = super().construct_yaml_int(node)
        float(value)
        return value


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def value_of(node: yaml.Node) -> Any:
    """The plain value of a node, or the error that it is."""
    loader = _Loader("")
    try:
        return loader.construct_object(node, deep=True)
    # what PyYAML raises where a tag such as `!!int` stands before a text that is none
    except (yaml.YAMLError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        return error
    finally:
        loader.dispose()
