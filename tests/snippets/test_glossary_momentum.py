import glossary_momentum as ball
import numpy as np
import pytest


def test_the_slope_of_the_well_is_its_finite_difference():
    x = np.linspace(-2, 2, 41)
    np.testing.assert_allclose(ball.slope(x), (ball.well(x + 1e-6) - ball.well(x - 1e-6)) / 2e-6, atol=1e-9)


def test_the_bottoms_and_the_barrier_are_where_the_slope_is_zero_and_the_left_bottom_is_the_deeper():
    np.testing.assert_allclose(ball.slope(np.array([ball.LEFT, ball.BARRIER, ball.RIGHT])), 0, atol=1e-12)
    assert ball.well(ball.LEFT) < ball.well(ball.RIGHT) < ball.well(ball.BARRIER)


def test_without_momentum_a_ball_ends_on_the_side_of_the_barrier_on_which_it_starts():
    start = np.linspace(-2, 2, 101)
    path = ball.descend(ball.slope, start, rate=0.02, momentum=0.0, steps=3000)
    assert ball.settles(path, ball.LEFT).tolist() == (start < ball.BARRIER).tolist()
    assert ball.settles(path, ball.RIGHT).tolist() == (start > ball.BARRIER).tolist()


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.99])
def test_the_energy_of_a_heavy_ball_falls_so_that_none_leaves_a_well_in_which_it_rests(momentum):
    start = np.linspace(ball.BARRIER + 0.01, 1.5, 50)
    start = start[ball.rests_right(start)]
    rate = 1e-3
    path = ball.descend(ball.slope, start, rate=rate, momentum=momentum, steps=2000)
    energy = ball.well(path[1:]) + momentum * np.diff(path, axis=0) ** 2 / (2 * rate)
    assert (energy < ball.well(ball.BARRIER)).all()
    assert (path > ball.BARRIER).all()


def test_no_momentum_is_gradient_descent_and_momentum_adds_the_last_move():
    path = ball.descend(lambda x: 2 * x, np.array([1.0]), rate=0.1, momentum=0.5, steps=2).ravel()
    np.testing.assert_allclose(path, [1, 0.8, 0.8 - 0.1 * 1.6 + 0.5 * -0.2])


@pytest.mark.parametrize("kappa", [4, 100, 2500])
def test_polyak_s_rate_and_momentum_shrink_every_direction_by_the_known_factor(kappa):
    rule = ball.best_for(1, kappa, heavy=True)
    factor = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    assert rule["momentum"] == pytest.approx(factor**2)
    for curvature in np.geomspace(1, kappa, 7):
        step = np.array([[1 + rule["momentum"] - rule["rate"] * curvature, -rule["momentum"]], [1, 0]])
        np.testing.assert_allclose(abs(np.linalg.eigvals(step)), factor, rtol=1e-5)


def test_plain_descent_s_best_rate_shrinks_both_ends_of_the_curvatures_alike():
    rate = ball.best_for(1, 9, heavy=False)["rate"]
    assert abs(1 - rate * 1) == pytest.approx(abs(1 - rate * 9)) == pytest.approx(8 / 10)


def test_other_momenta_and_rates_are_slower_than_polyak_s():
    def slowest(rate, momentum):
        steps = [np.array([[1 + momentum - rate * each, -momentum], [1, 0]]) for each in np.geomspace(1, 100, 30)]
        return max(abs(np.linalg.eigvals(step)).max() for step in steps)

    rule = ball.best_for(1, 100, heavy=True)
    best = slowest(**rule)
    for change in ({"rate": 0.8}, {"rate": 1.2}, {"momentum": 0.8}, {"momentum": 1.2}):
        assert slowest(**{name: value * change.get(name, 1) for name, value in rule.items()}) > best + 1e-3


def test_the_steps_of_plain_descent_are_those_of_its_factor():
    factor = (100 - 1) / (100 + 1)
    two = ball.race(100, heavy=False, shares=(1e-6, 1e-12))
    np.testing.assert_allclose(two[1] - two[0], np.log(1e-6) / np.log(factor), atol=1)


def test_steps_until_counts_from_the_last_time_that_the_distance_was_large():
    path = np.array([[1.0], [0.05], [0.5], [0.01], [0.001]])
    assert ball.steps_until(path, (0.1, 0.005)) == [3, 4]
