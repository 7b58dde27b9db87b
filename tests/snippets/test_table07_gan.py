"""What table07_gan promises: known values of the losses, and a measure that tells modes, shares and good samples."""

import jax
import numpy as np
import pytest
import table07_gan as table

UNDECIDED = [(np.zeros((2, 1), np.float32), np.zeros(1, np.float32))]


def test_a_discriminator_that_cannot_tell_loses_2_ln_2_and_its_generator_ln_2():
    points = np.ones((5, 2), np.float32)
    assert float(table.discriminator_loss(UNDECIDED, points, -points)) == pytest.approx(2 * np.log(2))
    generator = [(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))]
    assert float(table.generator_loss(generator, UNDECIDED, points)) == pytest.approx(np.log(2))


def test_a_discriminator_that_is_sure_and_right_loses_nothing():
    sure = [(np.array([[50.0], [0.0]], np.float32), np.zeros(1, np.float32))]
    points = np.ones((5, 2), np.float32)
    assert float(table.discriminator_loss(sure, points, -points)) < 1e-6


def test_no_discriminator_beats_2_ln_2_against_perfect_samples():
    key_real, key_fake = jax.random.split(jax.random.key(0))
    real, fake = table.ring(key_real, 20_000), table.ring(key_fake, 20_000)
    for seed in range(3):
        discriminator = table.initial(np.random.default_rng(seed), [2, 8, 1])
        assert float(table.discriminator_loss(discriminator, real, fake)) > 2 * np.log(2) - 0.02


def test_the_data_are_eight_modes_alike_of_which_99_percent_are_near():
    good, modes, entropy = table.quality(table.ring(jax.random.key(1), 20_000))
    assert good == pytest.approx(1 - np.exp(-(3**2) / 2), abs=0.003)  # Rayleigh's distribution at three deviations
    assert modes == 8
    assert entropy == pytest.approx(1, abs=1e-3)


def test_a_generator_that_knows_two_modes_has_a_third_of_the_entropy():
    samples = np.repeat(table.CENTRES[[0, 3]], 500, axis=0)
    good, modes, entropy = table.quality(samples)
    assert (good, modes) == (1, 2)
    assert entropy == pytest.approx(1 / 3)


def test_samples_far_from_all_modes_are_not_good_and_show_none():
    assert [float(each) for each in table.quality(np.zeros((10, 2)))] == [0, 0, 0]


def test_a_rate_of_zero_holds_the_generator_still():
    losses_d, losses_g, samples = table.main(rates_g=(0.0,), steps=4, every=2, batch=8, width=4, seeds=2)
    assert losses_d.shape == losses_g.shape == (1, 2, 2)
    rng = np.random.default_rng(0)
    generator = table.initial(rng, [2, 4, 4, 2])
    _, key_z = jax.random.split(jax.random.split(jax.random.key(0), 2)[0])  # as training splits it
    expected = table.network(generator, jax.random.normal(key_z, (1000, 2)))
    np.testing.assert_allclose(samples[0, 0, 0], expected, atol=1e-5)


def test_a_generator_of_one_layer_climbs_where_a_discriminator_of_one_layer_points():
    rng = np.random.default_rng(2)
    generator, discriminator = table.initial(rng, [2, 2]), table.initial(rng, [2, 1])
    z = rng.normal(size=(16, 2)).astype(np.float32)
    slope = jax.grad(table.generator_loss)(generator, discriminator, z)[0][1]
    logits = z @ generator[0][0] @ discriminator[0][0]
    expected = -np.mean(1 / (1 + np.exp(logits))) * discriminator[0][0].ravel()
    np.testing.assert_allclose(slope, expected, rtol=1e-4)
