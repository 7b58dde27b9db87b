import jax
import numpy as np
import table04_batch
import table04_time as table

X, Y = table.data(np.random.default_rng(0), size=64)
PARAMS = table.initial(np.random.default_rng(1))


def test_the_network_and_the_loss_that_are_timed_are_those_whose_accuracy_is_measured():
    jax.tree.map(np.testing.assert_array_equal, PARAMS, table04_batch.initial(np.random.default_rng(1)))
    np.testing.assert_array_equal(table.forward(PARAMS, X), table04_batch.forward(PARAMS, X))
    assert table.cross_entropy(PARAMS, X, Y) == table04_batch.cross_entropy(PARAMS, X, Y)


def test_a_compiled_pass_takes_every_step():
    rows = table.order(np.random.default_rng(2), size=64, batch=16, epochs=1)
    expected = PARAMS
    slope_at = jax.jit(jax.grad(table.cross_entropy))
    for each in rows:
        gradient = slope_at(expected, X[each], Y[each])
        expected = jax.tree.map(lambda parameter, slope: parameter - 0.1 * slope, expected, gradient)
    trained = table.train(PARAMS, rows, 0.1, X, Y)
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-5), trained, expected)


def test_every_batch_is_timed_in_every_round():
    taken = table.main(batches=(256, 512), passes=2, rounds=3)
    assert {batch: each.shape for batch, each in taken.items()} == {256: (3, 2), 512: (3, 2)}
    assert all((each > 0).all() for each in taken.values())
