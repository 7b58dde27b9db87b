"""What a program runs on: the environment that it is given."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

from kb.machine import environment


def test_programs_that_start_together_where_the_system_has_no_dot_all_find_the_wheel_s(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    shared = tmp_path / "shared"
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: environment(shared, alone=False), range(200)))
    assert [path.name for path in (tmp_path / "bin").iterdir()] == ["dot"]
    said = subprocess.run(["dot", "-V"], env=given[0], capture_output=True, text=True)
    assert "graphviz" in said.stdout + said.stderr
