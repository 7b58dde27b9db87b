import activation_depth as deep
import numpy as np
import pytest

NAMES = list(deep.ACTIVATIONS)


def a_network(name, deviation=0.6, *, depth=4, width=7, batch=5, seed=1):
    rng = np.random.default_rng(seed)
    inputs, targets = deep.samples(rng, batch=batch, width=width)
    weights, readout = deep.initial(rng, deviation, depth=depth, width=width)
    z = deep.forward(weights, inputs, deep.ACTIVATIONS[name])
    delta = deep.backward(weights, readout, z, targets, deep.ACTIVATIONS[name], deep.SLOPES[name])
    return inputs, targets, weights, readout, z, delta


def weight_gradients(name, inputs, z, delta):
    below = [inputs, *map(deep.ACTIVATIONS[name], z[:-1])]
    return np.array([h.T @ each / len(inputs) for h, each in zip(below, delta, strict=True)])


@pytest.mark.parametrize("name", NAMES)
def test_the_chain_rule_gives_the_finite_differences_of_the_loss(name):
    inputs, targets, weights, readout, z, delta = a_network(name)
    gradient = weight_gradients(name, inputs, z, delta)

    def loss(weights):
        output = deep.ACTIVATIONS[name](deep.forward(weights, inputs, deep.ACTIVATIONS[name])[-1]) @ readout
        return deep.squared_error(output, targets).mean()

    for place in [(0, 0, 0), (0, 3, 5), (1, 2, 2), (2, 6, 1), (3, 4, 4)]:
        nudge = np.zeros_like(weights)
        nudge[place] = 1e-6
        slope = (loss(weights + nudge) - loss(weights - nudge)) / 2e-6
        np.testing.assert_allclose(gradient[place], slope, atol=1e-8)
    np.testing.assert_allclose(
        deep.weight_norms(inputs, z, delta, deep.ACTIVATIONS[name]), np.linalg.norm(gradient, axis=(1, 2))
    )


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_weights_times_their_gradient_is_the_same_in_every_layer_of_a_relu_network(name):
    inputs, _, weights, _, z, delta = a_network(name, deviation=0.1)
    products = np.sum(weights * weight_gradients(name, inputs, z, delta), axis=(1, 2))
    np.testing.assert_allclose(products, products[0], rtol=1e-10)


def test_scaling_the_weights_of_a_relu_network_scales_the_ratio_by_that_to_the_number_of_steps():
    shape = {
        "depth": 6,
        "width": 16,
        "batch": 1,
    }  # one sample: in a batch the errors, which also scale, are the weights
    ratio = {way: (lambda n: n[0] / n[-1])(deep.measure(3, "relu", way, **shape)[0]) for way in deep.DEVIATIONS}
    np.testing.assert_allclose(ratio["he"] / ratio["glorot"], np.sqrt(2) ** 5)
    np.testing.assert_allclose(ratio["source"] / ratio["glorot"], (0.01 * np.sqrt(16)) ** 5)


def test_initial_weights_have_the_deviation_that_is_asked_for():
    weights, readout = deep.initial(np.random.default_rng(0), 0.01, depth=5, width=64)
    assert weights.shape == (5, 64, 64)
    assert readout.shape == (64,)
    np.testing.assert_allclose(weights.std(), 0.01, rtol=0.02)
    assert {way: float(deviation(200)) for way, deviation in deep.DEVIATIONS.items()} == pytest.approx(
        {"source": 0.01, "glorot": 200**-0.5, "he": 0.1}
    )


@pytest.mark.parametrize("sigma2", [0.5, 1.0, 2.0])
def test_relu_is_expected_to_lose_half_the_variance_of_its_weights_in_every_layer(sigma2):
    theory = deep.expected(deep.relu, deep.SLOPES["relu"], sigma2, depth=20)
    np.testing.assert_allclose(theory, (sigma2 / 2) ** (np.arange(19, -1, -1) / 2), rtol=1e-6)


def test_a_linear_network_is_expected_to_keep_its_gradient_at_variance_one():
    theory = deep.expected(lambda x: x, np.ones_like, 1.0, depth=10)
    np.testing.assert_allclose(theory, 1, rtol=1e-9)


def test_sigmoid_is_expected_to_lose_at_least_four_fifths_in_each_layer_at_variance_one():
    theory = deep.expected(deep.sigmoid, deep.SLOPES["sigmoid"], 1.0, depth=20)
    assert (theory[:-1] / theory[1:] < 0.25).all()  # its largest slope
    assert (theory[:-1] / theory[1:] > 0.2).all()


def test_tanh_at_variance_one_is_expected_to_fade_as_one_over_the_root_of_the_depth():
    short, long = (deep.expected(np.tanh, deep.SLOPES["tanh"], 1.0, depth=depth)[0] for depth in (200, 800))
    np.testing.assert_allclose(long / short, 1 / 2, rtol=0.02)


@pytest.mark.parametrize("way", ["glorot", "he"])
@pytest.mark.parametrize("name", NAMES)
def test_wide_networks_do_what_infinite_width_predicts(name, way):
    shape = {"depth": 8, "width": 256}
    measured = [deep.measure(seed, name, way, batch=32, **shape)[0] for seed in range(6)]
    ratio = np.exp(np.mean([np.log(each / each[-1]) for each in measured], axis=0))
    sigma2 = 256 * deep.DEVIATIONS[way](256) ** 2
    theory = deep.expected(deep.ACTIVATIONS[name], deep.SLOPES[name], sigma2, depth=8)
    np.testing.assert_allclose(ratio, theory, rtol=0.15)


def test_the_length_of_a_gradient_is_its_root_mean_square_over_the_batch():
    np.testing.assert_allclose(deep.norms([np.array([[3.0, 4.0], [0.0, 0.0]])]), [np.sqrt(12.5)])


def test_a_unit_is_dead_when_no_sample_gives_it_a_slope_and_a_leak_keeps_all_alive():
    z = [np.array([[-1.0, 2.0, -3.0], [-1.0, -2.0, 3.0]])]
    assert deep.dead_share(z, deep.SLOPES["relu"]).tolist() == [1 / 3]
    assert deep.dead_share(z, deep.SLOPES["leaky_relu"]).tolist() == [0.0]


def test_main_measures_every_pair_for_every_seed():
    measured = deep.main(depth=3, width=8, batch=4, seeds=2)
    assert {each.shape for each in measured.values()} == {(2, 3, 3)}
    assert len(measured) == 4 * 3
