import jax
import numpy as np
import pytest
import table04_batch as table

PARTS = table.split(np.random.default_rng(0))
PARAMS = table.initial(np.random.default_rng(1))


def convolutions(params, images):
    """The network again, on images (n, 8, 8), with XLA's convolutions."""
    (filters1, bias1), (filters2, bias2), (weights, bias) = params
    layout = ("NHWC", "HWIO", "NHWC")
    first, second = filters1.reshape(3, 3, 1, -1), filters2.reshape(2, 2, *filters1.shape[1:], -1)
    x = jax.lax.conv_general_dilated(images[..., None], first, (1, 1), "VALID", dimension_numbers=layout)
    x = jax.nn.relu(x + bias1)
    x = jax.nn.relu(jax.lax.conv_general_dilated(x, second, (2, 2), "VALID", dimension_numbers=layout) + bias2)
    return x.reshape(len(x), -1) @ weights + bias


def images(patches):
    """Images (n, 8, 8) back from their patches: corners of the patches, and the last patches' rims."""
    patches = patches.reshape(-1, 6, 6, 3, 3)
    whole = np.zeros((len(patches), 8, 8), np.float32)
    for i in range(3):
        for j in range(3):
            whole[:, i : i + 6, j : j + 6] = patches[:, :, :, i, j]
    return whole


def test_the_patches_hold_the_digits_of_scikit_learn():
    rows = np.random.default_rng(0).permutation(1797)
    together = np.concatenate([images(x) for x, _ in PARTS])
    np.testing.assert_allclose(together, table.load_digits().images[rows] / 16)
    assert [len(y) for _, y in PARTS] == [1024, 380, 393]


def test_matrix_products_of_patches_are_convolutions():
    x = PARTS[1][0][:20]
    np.testing.assert_allclose(table.forward(PARAMS, x), convolutions(PARAMS, images(x)), rtol=1e-4, atol=1e-4)


def test_the_network_has_the_parameters_of_its_filters():
    assert sum(each.size for each in jax.tree.leaves(PARAMS)) == 10 * 8 + (4 * 8 + 1) * 16 + (9 * 16 + 1) * 10


def test_a_batch_s_gradient_is_the_mean_of_its_halves_gradients():
    x, y = PARTS[1]
    gradient = jax.jit(jax.grad(table.cross_entropy))
    whole, *halves = (gradient(PARAMS, x[rows], y[rows]) for rows in (slice(32), slice(16), slice(16, 32)))
    jax.tree.map(lambda one, *two: np.testing.assert_allclose(one, sum(two) / 2, atol=1e-5), whole, *halves)


def test_an_epoch_takes_every_row_once_in_another_order_than_the_last():
    rows = table.order(np.random.default_rng(0), size=64, batch=16, epochs=2)
    assert rows.shape == (2, 4, 16)
    assert sorted(rows[0].ravel()) == sorted(rows[1].ravel()) == list(range(64))
    assert rows[0].tolist() != rows[1].tolist()


def test_passes_are_counted_to_the_first_at_the_goal():
    assert table.passes_until(np.array([[0.5, 0.9, 0.8], [0.1, 0.2, 0.3]]), 0.9).tolist() == [2, 4]


@pytest.fixture(scope="module")
def runs():
    return table.main(batches=(512, 1024), epochs=2, rates=(0.05, 0.1), fixed=0.1, seeds=2)


def test_equal_steps_are_twice_the_passes_for_twice_the_batch(runs):
    by_rate, longer = runs
    assert {batch: each.shape for batch, each in by_rate.items()} == {512: (2, 2, 2, 2), 1024: (2, 2, 2, 2)}
    assert {batch: each.shape for batch, each in longer.items()} == {512: (2, 2, 2), 1024: (2, 4, 2)}


def test_the_longer_run_begins_as_the_one_at_the_same_rate(runs):
    by_rate, longer = runs
    for batch in longer:
        np.testing.assert_allclose(longer[batch][:, :2], by_rate[batch][1], atol=0.01)
