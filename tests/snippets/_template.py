"""What SNIPPET promises: its running mean is the mean of what came so far, and settles at one half."""

import numpy as np
from SNIPPET import main, running_mean


def test_the_running_mean_is_the_mean_of_what_came_so_far():
    values = np.random.default_rng(7).random(50)
    expected = [values[: count + 1].mean() for count in range(50)]
    np.testing.assert_allclose(running_mean(values), expected)


def test_the_mean_of_uniform_numbers_settles_at_one_half():
    last = main(size=1000, seeds=40)[:, -1]
    assert abs(last.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 1000 / 40)
