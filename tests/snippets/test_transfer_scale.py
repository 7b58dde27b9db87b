"""What transfer_scale promises: its frozen layers are convolutions, and its scales and measures are what they say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import transfer_scale as transfer
from skimage import data as images

BYTES = np.array([0, 127.5, 255])


def a_base():
    return transfer.init(jax.random.key(0), transfer.BASE)


def some_pictures(count=3):
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28)).astype(np.float32)


def test_the_frozen_layers_are_convolutions_of_4_by_4_then_3_by_3_then_1_by_1():
    x = y = some_pictures()[..., None] / 255
    for (filters, bias), (size, channels, stride) in zip(a_base(), [(4, 1, 4), (3, 24, 2), (1, 48, 1)], strict=False):
        kernel = np.asarray(filters).reshape(size, size, channels, -1)
        y = jax.lax.conv_general_dilated(
            y, kernel, (stride, stride), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        y = jnp.clip(y + bias, 0, 6)
    np.testing.assert_allclose(transfer.last_layer(a_base(), x[..., 0]), y, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("scale", "seen"),
    [
        ("correct", [-1, 0, 1]),
        ("correct_after", [-1, 0, 1]),
        ("unit", [0, 0.5, 1]),
        ("raw", [0, 127.5, 255]),
        ("source", [0, 127.5, 255]),
        ("twice", [0, 0.5 / 255, 1 / 255]),
    ],
)
def test_the_base_sees_a_known_input_at_the_scale_that_is_named(scale, seen):
    np.testing.assert_allclose(transfer.SCALES[scale][0](BYTES), seen)


def test_only_two_orders_divide_the_features():
    assert {scale: after for scale, (_, after) in transfer.SCALES.items() if after != 1} == {
        "correct_after": 255,
        "source": 255,
    }


def test_a_head_with_255_times_the_weights_undoes_the_division_behind_the_base():
    features = np.random.default_rng(0).uniform(0, 6, (7, 48)).astype(np.float32)
    (weights, bias), last = transfer.init(jax.random.key(2), transfer.HEAD)
    np.testing.assert_allclose(
        transfer.head_logits([(255 * weights, bias), last], features / 255),
        transfer.head_logits([(weights, bias), last], features),
        rtol=1e-3,
        atol=1e-4,
    )


def test_the_probe_does_not_see_the_scale_of_the_features():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 10
    x = np.eye(10)[y] + 0.3 * rng.normal(size=(200, 10))
    split = slice(0, 150), slice(150, None)
    plain, divided = (
        transfer.probe(each[split[0]], y[split[0]], each[split[1]], y[split[1]]) for each in (x, 3 + x / 255)
    )
    assert plain == divided > 0.8


def test_separable_features_are_learnt_as_they_are_and_not_in_the_same_epochs_when_divided():
    y = np.arange(320) % 10
    x = np.eye(48, dtype=np.float32)[y]
    accuracy = {
        after: float(transfer.train_head(jax.random.key(0), x / after, y, x / after, y, 15, 32)[1])
        for after in (1, 255)
    }
    assert accuracy[1] == 1
    assert accuracy[255] < 0.9


def test_dead_features_are_those_that_never_change_and_saturated_values_those_at_six():
    assert transfer.dead(np.array([[0.0, 6.0, 1.0], [0.0, 6.0, 2.0]])) == 2 / 3
    assert transfer.saturated(np.array([0.0, 5.9, 6.0, 6.0])) == 0.5


def test_bytes_drive_a_quarter_or_so_of_random_relu6_units_to_their_ceiling_and_scaled_pixels_none():
    values = {
        scale: transfer.last_layer(a_base(), transfer.SCALES[scale][0](some_pictures())) for scale in ("unit", "raw")
    }
    assert transfer.saturated(np.asarray(values["raw"])) > 0.05
    assert transfer.saturated(np.asarray(values["unit"])) < 0.01


def test_new_digits_are_bytes_as_many_of_each_as_asked_and_as_bright_as_the_small_ones():
    pictures, labels = transfer.new_digits(np.random.default_rng(0), 20)
    assert (pictures.shape, pictures.dtype) == ((200, 28, 28), np.uint8)
    assert np.bincount(labels).tolist() == [20] * 10
    assert pictures.min() == 0 and pictures.max() >= 250
    np.testing.assert_allclose(pictures.mean(), 4.884 * 255 / 16, rtol=0.05)  # the mean of scikit-learn's digits


def test_patches_are_cut_from_their_photograph_and_no_two_from_the_same_place():
    patches, labels = transfer.patches_of_photographs(np.random.default_rng(0), 30)
    assert np.bincount(labels).tolist() == [30] * 10
    brick = images.brick()
    grid = {brick[i : i + 28, j : j + 28].tobytes() for i in range(0, 504, 28) for j in range(0, 504, 28)}
    mine = [patch.tobytes() for patch in patches[labels == transfer.PHOTOGRAPHS.index("brick")]]
    assert set(mine) <= grid
    assert len(set(mine)) == 30


def test_a_head_that_knows_nothing_has_the_entropy_of_ten_classes():
    np.testing.assert_allclose(transfer.cross_entropy(jnp.zeros((5, 10)), jnp.arange(5)), np.log(10), rtol=1e-6)
