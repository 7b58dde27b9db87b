"""What performance_peers promises: every tool was asked every question, and answers are counted as they were given."""

from performance_peers import CHANGES, FAULTS, MEASURED, SCENARIOS, noticed

ANSWERS = {"data": {"verdict": "stale"}, "NaN": {"verdict": "noticed"}, "os._exit": {"verdict": "not its job"}}


def test_only_what_a_tool_noticed_counts():
    assert noticed(ANSWERS, ["data", "NaN", "os._exit"]) == 1


def test_every_tool_was_asked_every_question_and_gave_its_evidence():
    for tool, answers in MEASURED["answers"].items():
        assert answers.keys() == {*CHANGES, *FAULTS}, tool
        assert all(answer["evidence"] for answer in answers.values()), tool


def test_every_tool_was_measured_in_every_scenario_equally_often():
    turns = {(scenario, len(rows[scenario]["cpu"])) for rows in MEASURED["seconds"].values() for scenario in SCENARIOS}
    assert len(turns) == len(SCENARIOS)
