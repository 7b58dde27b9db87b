import frameworks_same as same
import jax
import numpy as np
import optax
import pytest

SETTINGS = {"batch": 100, "epochs": 2, "rate": 1e-3}


@pytest.fixture(scope="module", autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def start(double_precision):
    x, y, x_test, _ = same.digits(np.float64)
    return *same.initial(0, np.float64), x, y, x_test


def test_untrained_networks_agree_in_all_three(start):
    weights, biases, x, y, x_test = start
    settings = SETTINGS | {"rate": 1e-300}
    expected = same.jax_predict((weights, biases), x_test)
    for train, predict in (
        (same.sklearn_train, same.sklearn_predict),
        (same.flax_train, same.flax_predict),
    ):
        np.testing.assert_allclose(predict(train(weights, biases, x, y, **settings), x_test), expected, atol=1e-14)


def test_jax_and_scikit_learn_differ_by_rounding_only(start):
    weights, biases, x, y, x_test = start
    ours = same.jax_predict(same.jax_train((weights, biases), x, y, **SETTINGS), x_test)
    theirs = same.sklearn_predict(same.sklearn_train(weights, biases, x, y, **SETTINGS), x_test)
    np.testing.assert_allclose(ours, theirs, atol=1e-14)


def test_flax_and_jax_with_optax_differ_by_rounding_only_so_the_gap_is_the_optimizer_s(start):
    weights, biases, x, y, x_test = start
    optimizer, params = optax.adam(1e-3), (weights, biases)
    moments = optimizer.init(params)
    update = jax.jit(
        lambda params, moments, x, y: optimizer.update(jax.grad(same.cross_entropy)(params, x, y), moments)
    )
    for _ in range(SETTINGS["epochs"]):
        for rows in np.arange(len(x)).reshape(-1, 100):
            updates, moments = update(params, moments, x[rows], y[rows])
            params = optax.apply_updates(params, updates)
    flax = same.flax_predict(same.flax_train(weights, biases, x, y, **SETTINGS), x_test)
    np.testing.assert_allclose(flax, same.jax_predict(params, x_test), atol=1e-13)
    ours = same.jax_predict(same.jax_train((weights, biases), x, y, **SETTINGS), x_test)
    assert np.abs(flax - ours).max() > 1e-8


def test_the_arrays_that_are_handed_in_are_left_alone(start):
    weights, biases, x, y, _ = start
    before = [w.copy() for w in weights]
    same.sklearn_train(weights, biases, x, y, **SETTINGS)
    assert all((w == old).all() for w, old in zip(weights, before, strict=True))


def test_single_precision_stays_single():
    x, y, x_test, _ = same.digits(np.float32)
    weights, biases = same.initial(0, np.float32)
    model = same.sklearn_train(weights, biases, x, y, **SETTINGS)
    assert same.sklearn_predict(model, x_test).dtype == np.float32
    assert same.jax_predict(same.jax_train((weights, biases), x, y, **SETTINGS), x_test).dtype == np.float32


def test_statements_are_counted_without_docstrings():
    assert same.statements(same.sklearn_predict) == 2
    assert same.statements(same.jax_predict, same.logits) == 5
