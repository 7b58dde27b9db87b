import subprocess
import sys
from pathlib import Path

import jax
import mnist_devices
import numpy as np
import pytest

PARTED = """
import os
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"
import mnist_devices, numpy as np
found = mnist_devices.main(examples=512, devices=(1, 2, 4), seeds=1)
print(*(found[name]["apart"].max() for name in ("float32", "float64")))
images, labels = mnist_devices.parted(4, np.arange(24.0).reshape(2, 12, 1), np.zeros((2, 12)))
print(sorted((shard.device.id, *shard.data[0, :, 0].astype(int).tolist()) for shard in images.addressable_shards))
"""


@pytest.fixture(scope="module")
def on_four_devices():
    """What a program with four devices prints: their number is fixed when XLA starts."""
    command = [sys.executable, "-c", PARTED]
    folder = Path(mnist_devices.__file__).parent
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_each_device_holds_its_own_rows_of_every_batch(on_four_devices):
    assert on_four_devices.splitlines()[1] == "[(0, 0, 1, 2), (1, 3, 4, 5), (2, 6, 7, 8), (3, 9, 10, 11)]"


def test_parted_training_is_the_same_to_rounding_in_either_precision(on_four_devices):
    single, double = map(float, on_four_devices.splitlines()[0].split())
    assert 0 < single < 100 * np.finfo(np.float32).eps
    assert 0 < double < 100 * np.finfo(np.float64).eps


def test_every_digit_is_in_one_batch():
    x = np.arange(60).reshape(60, 1)
    images, labels = mnist_devices.batches(np.random.default_rng(0), x, x[:, 0], 20)
    assert images.shape == (3, 20, 1)
    assert sorted(labels.ravel()) == list(range(60))
    assert np.array_equal(images[..., 0], labels)


def test_the_distance_of_a_network_from_itself_is_nothing_and_scales_with_the_largest_parameter():
    params = mnist_devices.init(jax.random.key(0), 8)
    assert mnist_devices.distance(params, params) == 0
    moved = [2 * param for param in params]
    assert mnist_devices.distance(params, moved) == pytest.approx(1)
