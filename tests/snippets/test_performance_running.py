"""What performance_running promises: ratios within a turn, as the benchmark's own summary has them."""

import numpy as np
import pytest
from performance_running import COLD, MEASURED, PLAIN, cold_over_plain, cores_busy, dozens

ROWS = {
    PLAIN: [{"cpu": 10.0, "wall": 5.0, "load": 0.1}, {"cpu": 20.0, "wall": 10.0, "load": 0.1}],
    COLD: [{"cpu": 11.0, "wall": 6.0, "load": 0.1}, {"cpu": 24.0, "wall": 15.0, "load": 0.1}],
}


def test_what_is_compared_was_measured_in_the_same_turn():
    np.testing.assert_allclose(cold_over_plain(ROWS, "cpu"), [1.1, 1.2])
    np.testing.assert_allclose(cold_over_plain(ROWS, "wall"), [1.2, 1.5])


def test_each_dozen_of_programs_has_its_own_ratio():
    rows = {
        PLAIN: [{"parts": [{"cpu": 10.0}, {"cpu": 20.0}]}, {"parts": [{"cpu": 5.0}]}],
        COLD: [{"parts": [{"cpu": 11.0}, {"cpu": 18.0}]}, {"parts": [{"cpu": 6.0}]}],
    }
    np.testing.assert_allclose(cold_over_plain(dozens(rows), "cpu"), [1.1, 0.9, 1.2])


def test_a_turn_is_the_sum_of_its_dozens():
    for row in (*MEASURED["rows"][PLAIN], *MEASURED["rows"][COLD]):
        assert row["cpu"] == pytest.approx(sum(part["cpu"] for part in row["parts"]))


def test_two_cores_are_busy_where_two_cpu_seconds_pass_in_a_second():
    np.testing.assert_allclose(cores_busy(ROWS[PLAIN]), [2, 2])


def test_the_ratio_is_the_one_that_the_benchmark_printed():
    ratio = np.median(cold_over_plain(MEASURED["rows"], "cpu"))
    assert ratio == pytest.approx(MEASURED["summary"]["cold to plain: cpu"], abs=5e-4)
