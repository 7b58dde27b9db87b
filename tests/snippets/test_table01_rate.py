import numpy as np
import pytest
import table01_rate as table

X, Y = table.split(3, train=60)


def errors(*rates, steps):
    return np.asarray(table.train(np.array(rates, np.float32), X[None], Y[None], steps=steps))[0]


def test_every_column_has_mean_zero_and_variance_one():
    np.testing.assert_allclose(np.c_[X, Y].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(np.c_[X, Y].var(axis=0), 1, rtol=1e-5)


def test_weights_of_zero_have_an_error_of_one():
    np.testing.assert_allclose(errors(0.01, steps=1)[0, 0], 1, rtol=1e-5)


@pytest.mark.parametrize("rate", [0.001, 0.05])
def test_descent_does_step_by_step_what_the_eigenvectors_say_at_once(rate):
    steps = np.array([0, 1, 2, 10, 100, 400])
    np.testing.assert_allclose(errors(rate, steps=400)[0, steps], table.errors_after(rate, steps, X, Y), rtol=1e-4)


def test_in_the_end_the_error_is_that_of_least_squares_and_no_less():
    weights = np.linalg.solve(X.T.astype(float) @ X, X.T.astype(float) @ Y)
    least = np.mean((X @ weights - Y) ** 2)
    assert table.least(X, Y) == pytest.approx(least, rel=1e-6)
    assert table.errors_after(0.05, [10**7], X, Y)[0] == pytest.approx(least, rel=1e-6)
    assert (errors(0.05, steps=500) > least * (1 - 1e-5)).all()


def test_descent_falls_below_the_largest_stable_rate_and_grows_above_it():
    bound = table.largest_stable_rate(X)
    below, above = errors(0.98 * bound, 1.02 * bound, steps=2000)
    assert below[-1] < below[0]
    assert not above[-1] < above[0]


def test_the_first_iteration_at_the_goal_counts_and_a_goal_never_reached_is_an_error():
    assert table.iterations_until(np.array([[4.0, 2.0, 1.0], [1.0, 3.0, 0.5]]), 2.0).tolist() == [1, 0]
    with pytest.raises(ValueError, match="more steps are needed"):
        table.iterations_until(np.array([4.0, 2.0]), 1.0)
