"""A thousand numbers logged as lines of JSON and as TensorBoard events: time, bytes, and what is read back.

Source    the choice of a tracker that needs no account, for the loop of loop_train.py
Differs   two trackers of several; both write to the same disk
Cost      about 1 s on one core
Timing    alone
"""

# %% setup
import json
import struct
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from tensorboardX import SummaryWriter
from tensorboardX.proto.event_pb2 import Event

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def losses(rng, count):
    """Numbers like those of a falling loss, in double precision."""
    return (np.exp(-np.arange(count) / 300) * (1 + 0.1 * rng.normal(size=count))).tolist()


# %% jsonl
def write_jsonl(folder, values):
    with (Path(folder) / "log.jsonl").open("a") as file:
        for step, value in enumerate(values):
            file.write(json.dumps({"step": step, "loss": value}) + "\n")


def write_jsonl_flushed(folder, values):
    """The same, but every line is handed to the system before the next, so that a killed run loses none."""
    with (Path(folder) / "log.jsonl").open("a") as file:
        for step, value in enumerate(values):
            file.write(json.dumps({"step": step, "loss": value}) + "\n")
            file.flush()


def read_jsonl(folder):
    rows = [json.loads(line) for line in (Path(folder) / "log.jsonl").read_text().splitlines()]
    return [(row["step"], row["loss"]) for row in rows]


# %% events
def write_events(folder, values):
    writer = SummaryWriter(str(folder))
    for step, value in enumerate(values):
        writer.add_scalar("loss", value, step)
    writer.close()


def records(path):
    """The payloads of a TFRecord file: length (8 bytes), its checksum (4), payload, its checksum (4)."""
    content, place = path.read_bytes(), 0
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        yield content[place + 12 : place + 12 + length]
        place += 16 + length


def read_events(folder):
    """(step, value) of every scalar, by the message definitions that tensorboardX brings along."""
    (path,) = Path(folder).glob("events.out.tfevents.*")
    events = [Event.FromString(payload) for payload in records(path)]
    return [(event.step, value.simple_value) for event in events for value in event.summary.value]


WRITERS = {
    "JSONL": (write_jsonl, read_jsonl),
    "JSONL, flushed": (write_jsonl_flushed, read_jsonl),
    "TensorBoard": (write_events, read_events),
}


# %% main
def main(*, count=1000, rounds=7, seed=0):
    """CPU and wall seconds of each, {name: (rounds, 2)}, bytes, and what was read back with what was logged."""
    values = losses(np.random.default_rng(seed), count)
    seconds, size, back = {name: np.empty((rounds, 2)) for name in WRITERS}, {}, {}
    for turn in range(rounds):
        for name, (write, read) in WRITERS.items():
            with tempfile.TemporaryDirectory() as folder:
                cpu, wall = time.process_time(), time.perf_counter()
                write(folder, values)
                seconds[name][turn] = time.process_time() - cpu, time.perf_counter() - wall
                size[name] = sum(path.stat().st_size for path in Path(folder).iterdir())
                back[name] = read(folder)
    return seconds, size, back, values


# %% result
if __name__ == "__main__":
    seconds, size, back, values = main()
    best = {name: each.min(axis=0) for name, each in seconds.items()}
    events, lines = np.array(back["TensorBoard"]), np.array(back["JSONL"])
    results = {
        "bytes_jsonl": size["JSONL"] / len(values),
        "bytes_events": size["TensorBoard"] / len(values),
        "time_events": float(best["TensorBoard"][0] / best["JSONL"][0]),
        "time_flushed": float(best["JSONL, flushed"][0] / best["JSONL"][0]),
        "microseconds_events": float(1e6 * best["TensorBoard"][0] / len(values)),
        "rows_events": len(events),
        "exact_jsonl": float(np.mean(lines[:, 1] == values)),
        "exact_events": float(np.mean(events[:, 1] == values)),
        "exact_events_single": float(np.mean(events[:, 1] == np.float32(values))),
        "worst_events": float(np.max(np.abs(events[:, 1] / values - 1))),
    }
    print(f"{'':16s}bytes each   CPU µs each   wall µs each")
    for name, each in best.items():
        cpu, wall = 1e6 * each / len(values)
        print(f"{name:16s}{size[name] / len(values):8.1f}{cpu:13.1f}{wall:14.1f}")

# %% figure
if __name__ == "__main__":
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 2.8), sharey=True)
    names = list(WRITERS)
    for axis, measured, label in (
        (axes[0], [1e6 * best[name][0] / len(values) for name in names], "CPU time of one number (µs)"),
        (axes[1], [size[name] / len(values) for name in names], "bytes of one number"),
    ):
        axis.barh(names, measured, 0.6, color=["C0", "C0", "C1"])
        for place, each in enumerate(measured):
            axis.text(each + 0.01 * max(measured), place, f" {each:.3g}", va="center")
        axis.set(xlabel=label, xlim=(0, 1.2 * max(measured)))
        axis.grid(axis="y", visible=False)
    axes[0].invert_yaxis()
    figure.suptitle("An event file costs time, not space", x=0.01, ha="left", fontsize=11)
    plt.show()
