"""What loop_track promises: both logs can be read, one to the last bit and one to single precision."""

import loop_track as track
import numpy as np
import pytest


@pytest.mark.parametrize("name", ["JSONL", "JSONL, flushed"])
def test_lines_of_json_give_back_every_bit(name, tmp_path):
    values = [0.1, 1 / 3, 1e-300, 2.0**-1074]
    write, read = track.WRITERS[name]
    write(tmp_path, values)
    assert read(tmp_path) == list(enumerate(values))


def test_events_give_back_steps_and_single_precision(tmp_path):
    values = track.losses(np.random.default_rng(0), 20)
    track.write_events(tmp_path, values)
    assert track.read_events(tmp_path) == [(step, float(np.float32(value))) for step, value in enumerate(values)]


def test_a_record_is_its_payload_between_lengths_and_checksums(tmp_path):
    path = tmp_path / "records"
    path.write_bytes(
        b"".join(len(each).to_bytes(8, "little") + b"----" + each + b"----" for each in (b"one", b"three"))
    )
    assert list(track.records(path)) == [b"one", b"three"]


def test_every_writer_is_timed_in_every_round():
    seconds, size, back, values = track.main(count=5, rounds=2)
    assert {each.shape for each in seconds.values()} == {(2, 2)}
    assert set(size) == set(back) == set(track.WRITERS)
    assert len(values) == 5
