import jax
import jax.numpy as jnp
import numpy as np
import pytest
import taxonomy_autoencoder as auto
from sklearn.decomposition import PCA


def data():
    x, _, x_test, _ = auto.digits(0)
    return x, x_test


@pytest.mark.parametrize("dimension", [1, 5])
def test_rebuilding_from_principal_components_is_what_scikit_learn_does(dimension):
    x, x_test = data()
    pca = PCA(dimension).fit(x)
    np.testing.assert_allclose(
        auto.principal(x, x_test, dimension), pca.inverse_transform(pca.transform(x_test)), atol=1e-4
    )


def test_no_linear_code_explains_more_of_the_training_images_than_principal_components_do():
    x, _ = data()
    mean = x.mean(axis=0)
    best = auto.unexplained(auto.principal(x, x, 3), x, mean)
    for seed in range(20):
        axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(64, 3)))[0]
        assert auto.unexplained((x - mean) @ axes @ axes.T + mean, x, mean) > best


def test_principal_components_are_where_a_linear_autoencoder_comes_to_rest():
    x, _ = data()
    mean = x.mean(axis=0)
    axes = np.linalg.svd(x - mean, full_matrices=False)[2][:3]
    zero, same = np.zeros(64, np.float32), np.eye(64, dtype=np.float32)
    code = np.concatenate([axes.T, np.zeros((64, 3))], axis=1).astype(np.float32)
    params = {"encoder": [(same, -mean), (code, np.zeros(6, np.float32))], "decoder": [(axes, zero), (same, mean)]}
    settings = (jax.random.key(0), x, True, np.ones(3, np.float32), 0.0)
    loss = jax.jit(jax.value_and_grad(lambda params: auto.loss(params, *settings)))
    least, gradient = loss(params)
    assert least == pytest.approx(np.sum((auto.principal(x, x, 3) - x) ** 2) / len(x), rel=1e-4)
    for leaf in jax.tree.leaves(gradient):
        np.testing.assert_allclose(leaf, 0, atol=1e-3)
    rng = np.random.default_rng(0)
    for _ in range(10):
        near = jax.tree.map(lambda leaf: leaf + np.float32(0.02 * rng.normal(size=leaf.shape)), params)
        assert loss(near)[0] > least


def test_unexplained_is_one_for_the_mean_image_and_zero_for_the_image_itself():
    x, x_test = data()
    mean = x.mean(axis=0)
    assert auto.unexplained(np.broadcast_to(mean, x_test.shape), x_test, mean) == pytest.approx(1)
    assert auto.unexplained(x_test, x_test, mean) == 0


def test_the_loss_of_a_code_that_is_standard_normal_has_no_divergence():
    rng = np.random.default_rng(0)
    params = {"encoder": auto.initial(rng, (64, 4, 6)), "decoder": auto.initial(rng, (3, 4, 64))}
    params["encoder"][-1] = (np.zeros((4, 6), np.float32), np.zeros(6, np.float32))
    x, mask = jnp.asarray(data()[0][:5]), jnp.ones(3)
    noise = jax.random.normal(jax.random.key(0), (5, 3))
    expected = jnp.sum((auto.decode(params, noise, False) - x) ** 2, axis=1).mean()
    assert auto.loss(params, jax.random.key(0), x, False, mask, 7.0) == pytest.approx(float(expected), rel=1e-5)


def test_the_divergence_is_that_of_two_normal_distributions():
    params = {"encoder": [(np.zeros((64, 2), np.float32), np.array([0.7, np.log(0.5)], np.float32))]}
    params["decoder"] = [(np.zeros((1, 64), np.float32), np.zeros(64, np.float32))]
    x = jnp.zeros((1, 64))
    z = np.random.default_rng(0).normal(0.7, 0.5, 400_000)
    sampled = np.mean(z**2 / 2 - (z - 0.7) ** 2 / (2 * 0.25) - np.log(0.5))
    assert auto.loss(params, jax.random.key(0), x, True, jnp.ones(1), 1.0) == pytest.approx(sampled, abs=0.01)


def test_masked_dimensions_carry_nothing():
    rng = np.random.default_rng(0)
    params = {"encoder": auto.initial(rng, (64, 4, 6))}
    mu, log_s = auto.encode(params, data()[0][:5], False, np.array([1, 0, 0], np.float32))
    assert (np.asarray(mu)[:, 1:] == 0).all()
    assert (np.asarray(log_s)[:, 1:] == 0).all()
    assert (np.asarray(mu)[:, 0] != 0).any()


def test_normal_components_have_the_spread_of_the_training_images():
    x, _ = data()
    made = auto.gaussian_samples(np.random.default_rng(0), x, 64, 20_000)
    np.testing.assert_allclose(made.std(axis=0), x.std(axis=0), atol=0.02)
    np.testing.assert_allclose(made.mean(axis=0), x.mean(axis=0), atol=0.02)


def test_training_images_are_plausible_and_noise_is_not():
    x, x_test = data()
    assert auto.plausible(x[:100], x, x_test) == 1
    assert auto.plausible(np.random.default_rng(0).random((100, 64)), x, x_test) == 0


def test_variety_is_one_for_all_digits_alike_and_zero_for_one():
    x, y, _, _ = auto.digits(0)
    ten = np.concatenate([x[y == digit][:5] for digit in range(10)])
    assert auto.variety(ten, x, y) == pytest.approx(1)
    assert auto.variety(x[y == 3][:5], x, y) == 0
