import hashlib
import importlib.util
import pickle
import tomllib
from pathlib import Path

import numpy as np
import pytest

DATASETS = Path(__file__).parents[2] / "datasets"
SPEC = importlib.util.spec_from_file_location("make_mnist", DATASETS / "make_mnist.py")
make_mnist = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_mnist)


@pytest.fixture(scope="module")
def arrays():
    with np.load(DATASETS / "mnist.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize(
    ("name", "md5"),
    [
        ("x_train", "6bbc9ace898e44ae57da46a324031adb"),
        ("y_train", "a25bea736e30d166cdddb491f175f624"),
        ("x_test", "2646ac647ad5339dbf082846283269ea"),
        ("y_test", "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_each_array_is_bit_for_bit_the_published_idx_file(arrays, name, md5):
    array = arrays[name]
    header = b"\0\0\x08" + bytes([array.ndim]) + np.array(array.shape, ">u4").tobytes()
    assert hashlib.md5(header + array.tobytes()).hexdigest() == md5


def test_the_manifest_states_the_files_bytes_and_sha256():
    entry = tomllib.loads((DATASETS / "manifest.toml").read_text())["mnist"]
    content = (DATASETS / entry["file"]).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"])


def test_the_program_that_made_the_file_checks_the_same_four_md5s(arrays):
    found = [hashlib.md5(make_mnist.idx(array)).hexdigest() for array in arrays.values()]
    assert found == list(make_mnist.MD5.values())


def test_packing_reads_no_clock_and_unpacks_to_the_same_arrays(tmp_path):
    arrays = {"x": np.arange(12, dtype=np.uint8).reshape(3, 4), "y": np.zeros(2, np.uint8)}
    content = make_mnist.npz(arrays)
    assert b"\x21\x00" in content[:14]  # the date of the first member: 1 January 1980, the zip format's zero
    assert content == make_mnist.npz(arrays)
    (tmp_path / "packed.npz").write_bytes(content)
    with np.load(tmp_path / "packed.npz") as file:
        assert all(np.array_equal(file[name], array) for name, array in arrays.items())


def test_a_pickle_that_asks_for_anything_but_arrays_is_refused(tmp_path):
    class Attack:
        def __reduce__(self):
            return print, ("called",)

    (tmp_path / "attack.pkl").write_bytes(pickle.dumps(Attack(), protocol=2))
    with (tmp_path / "attack.pkl").open("rb") as file, pytest.raises(pickle.UnpicklingError, match="print"):
        make_mnist.ArraysOnly(file).load()
