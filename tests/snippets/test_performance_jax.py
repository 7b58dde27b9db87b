"""What performance_jax promises: versions that compute the same, and counts and bounds that a hand can check."""

import jax
import numpy as np
import performance_jax as performance
import pytest

STEPS = {"network": 3, "natural": 3, "life": 4, "linear": 5}


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def cases():
    return performance.programs(np.random.default_rng(0), size=16, batch=20, width=10, steps=STEPS)


def in_double(tree):
    return jax.tree.map(lambda leaf: leaf.astype(float) if leaf.dtype == np.float32 else leaf, tree)


@pytest.mark.parametrize("name", STEPS)
def test_compiled_op_by_op_and_by_hand_are_the_same_in_double_precision(cases, name):
    step, by_hand, state, data = cases[0][name]
    state, data = in_double((state, data))
    wanted = performance.one_by_one(by_hand, state, data, STEPS[name])
    compiled, _ = performance.compiled(step, *jax.device_put((state, data)), STEPS[name])
    op_by_op = performance.one_by_one(step, *jax.device_put((state, data)), STEPS[name])
    assert performance.gap(compiled(), wanted, state) < 1e-9
    assert performance.gap(op_by_op, wanted, state) < 1e-9


@pytest.mark.parametrize("name", ["network", "linear"])
def test_scikit_learn_takes_the_same_steps_each_time_that_it_is_called(cases, name):
    _, by_hand, state, data = cases[0][name]
    wanted = performance.one_by_one(by_hand, state, data, STEPS[name])
    for _ in range(2):
        assert performance.gap(cases[1][name](), wanted, state) < 1e-2


def test_xla_counts_the_products_of_the_network_and_little_besides():
    cases, _ = performance.programs(np.random.default_rng(0), size=16, batch=200, width=100, steps=STEPS)
    step, _, state, data = cases["network"]
    # forward, and backward for the weights of both layers and for the hidden layer
    products = 2 * 200 * (2 * 784 * 100 + 3 * 100 * 10)
    assert products < performance.counted(step, state, data)[0] < 1.05 * products


def test_xla_counts_the_gram_matrix_of_the_natural_gradient_and_little_besides(cases):
    step, _, theta, data = cases[0]["natural"]
    gram = 2 * 900 * 129**2 + 2 * 900 * 129
    assert gram < performance.counted(step, theta, data)[0] < 1.1 * gram


def test_xla_does_not_count_a_cholesky_factorization():
    found = performance.counted(jax.scipy.linalg.cholesky, np.eye(129), ())[0]
    assert found < 0.1 * 129**3 / 3


def test_xla_counts_every_operation_of_a_generation_of_life():
    # two sums of rows on 130 columns; on 128 two sums, three comparisons, and, or, a conversion
    world = np.zeros((128, 128), np.uint8)
    assert performance.counted(performance.life_jax, world, ())[0] == 2 * 128 * 130 + 8 * 128**2


def test_xla_counts_the_two_products_of_the_linear_model_and_little_besides(cases):
    step, _, weights, data = cases[0]["linear"]
    products = 2 * 2 * 353 * 10
    assert products < performance.counted(step, weights, data)[0] < 1.1 * products


def test_a_step_is_bound_by_what_takes_longer():
    assert performance.bound((100, 10), 10, 10) == 10
    assert performance.bound((100, 200), 10, 10) == 20


@pytest.mark.parametrize("kind", ["sum", "dot"])
def test_the_traffic_is_that_of_the_footprint_as_often_as_makes_the_total(kind):
    moved, call = performance.traffic(48_000, total=480_000)[kind]
    assert moved == 480_000
    call()


def test_additions_are_not_made_fewer_by_the_compiler():
    cost = performance.additions(size=64, depth=16, times=10)
    assert cost[0] == 64 * 16 * 10
    assert np.asarray(cost[1]()).shape == (64,)


def test_main_times_every_version_in_every_round():
    seconds, counts, gaps, compiling = performance.main(
        size=16, batch=20, width=5, steps=STEPS, footprints=(48e3,), rounds=2
    )
    versions = {(name, version) for name in STEPS for version in ("jax", "numpy", "op_by_op")}
    assert set(seconds) >= versions | {("network", "sklearn"), ("linear", "sklearn"), (48e3, "sum"), (48e3, "dot")}
    assert all(each.shape == (2,) and (each > 0).all() for each in seconds.values())
    assert set(counts) == set(gaps) == set(compiling) == set(STEPS)
