import jax
import numpy as np
import pytest
import table03_scaling as table
from sklearn import metrics, preprocessing

PARTS = table.split(np.random.default_rng(0))
SCALERS = {
    "row_norm": preprocessing.Normalizer(),
    "min_max": preprocessing.MinMaxScaler(),
    "max_abs": preprocessing.MaxAbsScaler(),
    "z_score": preprocessing.StandardScaler(),
}


@pytest.mark.parametrize("name", list(SCALERS))
def test_each_scaling_is_the_one_of_scikit_learn_fitted_to_the_training_part(name):
    scaler = SCALERS[name].fit(PARTS[0][0])
    for (x, _), (scaled, _) in zip(PARTS, table.scaled(name, PARTS), strict=True):
        np.testing.assert_allclose(scaled, scaler.transform(x), rtol=1e-5, atol=1e-6)


def test_raw_is_raw():
    for (x, _), (scaled, _) in zip(PARTS, table.scaled("raw", PARTS), strict=True):
        np.testing.assert_allclose(scaled, x, rtol=1e-6)


def test_no_cell_is_lost_and_the_malignant_ones_are_plus_one():
    classes = np.concatenate([y for _, y in PARTS])
    assert (len(classes), np.sum(classes == 1), np.sum(classes == -1)) == (569, 212, 357)


def a_plane(x, y):
    rng = np.random.default_rng(2)
    return rng.normal(size=x.shape[1]).astype(np.float32), np.float32(0.3)


def test_the_loss_is_scikit_learn_s_and_the_price_of_the_weights():
    x, y = table.scaled("z_score", PARTS)[1]
    params = a_plane(x, y)
    expected = metrics.hinge_loss(y, np.asarray(table.forward(params, x)))
    assert float(table.hinge(params, x, y, ridge=0)) == pytest.approx(expected, rel=1e-5)
    price = float(table.hinge(params, x, y, ridge=0.5)) - expected
    assert price == pytest.approx(0.5 * np.sum(params[0] ** 2), rel=1e-4)


def test_only_cells_inside_the_margin_pull_on_the_plane():
    x, y = table.scaled("z_score", PARTS)[1]
    params = a_plane(x, y)
    inside = y * np.asarray(table.forward(params, x)) < 1
    weights, bias = jax.grad(table.hinge)(params, x, y, ridge=0)
    np.testing.assert_allclose(weights, -(y * inside) @ x / len(y), atol=1e-5)
    np.testing.assert_allclose(bias, -np.mean(y * inside), atol=1e-5)


def test_two_clouds_far_apart_are_parted_without_a_slip_and_almost_without_a_loss():
    rng = np.random.default_rng(0)
    y = np.repeat([-1.0, 1.0], 20).astype(np.float32)
    x = (3 * y[:, None] + rng.normal(size=(40, 2)) / 2).astype(np.float32)
    params = table.train(0.1, x, y, steps=200)
    assert table.accuracy(np.asarray(table.forward(params, x)), y) == 1
    assert float(table.hinge(params, x, y, ridge=0)) < 0.01


def test_accuracy_and_f1_are_scikit_learn_s_for_either_class():
    rng = np.random.default_rng(1)
    distances, y = rng.normal(size=(3, 50)), rng.choice([-1.0, 1.0], size=50)
    for row in range(3):
        said = np.where(distances[row] > 0, 1, -1)
        assert table.accuracy(distances, y)[row] == pytest.approx(metrics.accuracy_score(y, said))
        assert table.f1(distances, y)[row] == pytest.approx(metrics.f1_score(y, said, pos_label=1))
        assert table.f1(-distances, -y)[row] == pytest.approx(metrics.f1_score(y, said, pos_label=-1))
