"""What descent_portfolio promises: projections that are the nearest points, and weights at their best."""

import descent_portfolio as portfolio
import numpy as np
from scipy.optimize import minimize


def a_market(assets=6):
    return portfolio.market(np.random.default_rng(4), assets=assets, causes=2)


def test_the_closed_form_spends_all_and_no_move_of_money_pays():
    m, C = a_market()
    w = portfolio.closed_form(m, C, 5.0)
    np.testing.assert_allclose(w.sum(), 1)
    slope = 5.0 * C @ w - m
    np.testing.assert_allclose(slope, slope[0])


def test_the_projection_onto_the_simplex_is_scipy_s_nearest_point():
    for seed in range(5):
        w = np.random.default_rng(seed).normal(size=5)
        found = minimize(
            lambda v, w=w: np.sum((v - w) ** 2),
            np.full(5, 0.2),
            method="SLSQP",
            bounds=[(0, 1)] * 5,
            constraints={"type": "eq", "fun": lambda v: v.sum() - 1},
            options={"ftol": 1e-12},
        )
        np.testing.assert_allclose(portfolio.to_simplex(w), found.x, atol=1e-5)


def test_what_is_on_the_simplex_stays():
    w = np.array([0.5, 0.0, 0.3, 0.2])
    np.testing.assert_allclose(portfolio.to_simplex(w), w)
    np.testing.assert_allclose(portfolio.to_budget(w), w)


def test_regret_is_zero_for_the_long_only_portfolio_and_positive_for_equal_shares():
    m, C = a_market()
    w = portfolio.descend(m, C, 5.0, project=portfolio.to_simplex, steps=3000)[-1]
    assert portfolio.regret(w, m, C, 5.0) < 1e-9
    assert portfolio.regret(np.full(6, 1 / 6), m, C, 5.0) > 1e-3
    assert (w >= 0).all()


def test_forbidding_short_sales_never_lowers_the_loss():
    m, C = a_market()
    long = portfolio.descend(m, C, 5.0, project=portfolio.to_simplex, steps=3000)[-1]
    assert portfolio.loss(long, m, C, 5.0) >= portfolio.loss(portfolio.closed_form(m, C, 5.0), m, C, 5.0)
