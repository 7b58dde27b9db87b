"""What descent_newton promises: counts of steps that agree with plain loops and with theory."""

import descent_newton as newton
import numpy as np
import pytest


def a_quadratic(kappa=50.0, size=12):
    return newton.quadratic(np.random.default_rng(2), kappa, size=size)


def test_the_curvature_has_the_condition_number_that_is_asked_for():
    assert np.linalg.cond(a_quadratic(50.0)[0]) == pytest.approx(50)


def test_the_counted_steps_of_descent_are_those_of_a_plain_loop():
    H, b = a_quadratic()
    x, steps, rate = np.zeros(12), 0, 2 / 51
    while np.linalg.norm(H @ x - b) > 1e-6 * np.linalg.norm(b):
        x, steps = x - rate * (H @ x - b), steps + 1
    assert newton.descend(H, b, goal=1e-6) == steps


def test_descent_pays_for_the_condition_number_and_conjugate_gradients_for_its_root():
    counts = {
        kappa: (newton.descend(H, b, goal=1e-6), newton.conjugate(H, b, goal=1e-6))
        for kappa in (1e2, 1e4)
        for H, b in [newton.quadratic(np.random.default_rng(0), kappa, size=400)]
    }
    assert counts[1e4][0] / counts[1e2][0] == pytest.approx(100, rel=0.05)
    assert counts[1e4][1] / counts[1e2][1] == pytest.approx(10, rel=0.4)
    assert all(cg <= np.log(2e6) * np.sqrt(kappa) / 2 + 1 for kappa, (_, cg) in counts.items())


def test_conjugate_gradients_need_one_step_for_each_different_eigenvalue():
    axes = np.linalg.qr(np.random.default_rng(0).normal(size=(9, 9)))[0]
    H = (axes * np.repeat([1.0, 5.0, 20.0], 3)) @ axes.T
    assert newton.conjugate(H, np.ones(9), goal=1e-10) == 3


def test_one_newton_step_solves_a_quadratic():
    H, b = a_quadratic(1e6)
    np.testing.assert_allclose(H @ newton.direct(H, b), b, atol=1e-8)


def test_the_slope_and_the_curvature_of_the_logistic_loss_are_its_finite_differences():
    x, y = newton.patients(np.random.default_rng(0), 3.0, rows=40, columns=3)
    w, nudge = np.array([0.2, -0.4, 0.1]), 1e-6 * np.eye(3)
    slope = [(newton.logistic(w + d, x, y) - newton.logistic(w - d, x, y)) / 2e-6 for d in nudge]
    curvature = [(newton.slope(w + d, x, y) - newton.slope(w - d, x, y)) / 2e-6 for d in nudge]
    np.testing.assert_allclose(newton.slope(w, x, y), slope, atol=1e-8)
    np.testing.assert_allclose(newton.curvature(w, x), curvature, atol=1e-8)


def test_newton_s_and_gradient_descent_reach_the_same_flat_place():
    x, y = newton.patients(np.random.default_rng(0), 2.0, rows=80, columns=3)
    assert newton.newton(x, y, goal=1e-8)[-1] < 1e-8
    assert newton.descend_logistic(x, y, goal=1e-8)[-1] < 1e-8
