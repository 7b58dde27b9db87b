"""What loop_train promises: a loop that stops where it should, keeps the best, and logs what it did."""

import json

import jax
import jax.numpy as jnp
import loop_train as loop
import numpy as np
import pytest
from flax import nnx


@pytest.fixture(scope="module")
def data():
    x, y = (np.random.default_rng(0).random((60, 64), np.float32), np.arange(60) % 10)
    return [(jnp.array(x[rows]), jnp.array(y[rows])) for rows in (slice(40), slice(40, 50), slice(50, 60))]


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, loop.fit(folder, 0, data, epochs=30, patience=3, batch=20)


def test_training_stops_when_the_best_is_as_many_epochs_ago_as_patience_says(run):
    _, run = run
    losses = [row["loss"] for row in run["log"]]
    assert run["best"] == 1 + int(np.argmin(losses))
    assert run["stopped"] == len(losses) == min(run["best"] + 3, 30)


def test_what_comes_back_from_disk_has_the_loss_that_was_logged(run):
    _, run = run
    assert run["held_loss_restored"] == run["log"][run["best"] - 1]["loss"]


def test_every_epoch_is_one_line_of_json_and_the_events_lie_beside_it(run):
    folder, run = run
    lines = (folder / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == list(range(1, run["stopped"] + 1))
    assert len(list(folder.glob("events.out.tfevents.*"))) == 1


def test_a_replayed_epoch_counts_once_and_the_later_row_is_taken(tmp_path):
    rows = [{"epoch": 1, "loss": 3}, {"epoch": 2, "loss": 2}, {"epoch": 2, "loss": 1}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert loop.read(tmp_path) == [{"epoch": 1, "loss": 3}, {"epoch": 2, "loss": 1}]


def test_an_epoch_takes_one_step_for_each_batch(data):
    graph, state = nnx.split(loop.start(0))
    state, _ = loop.epoch(graph, state, jax.random.key(0), *data[0], batch=20)
    _, optimizer = nnx.merge(graph, state)
    assert int(optimizer.step[...]) == 2


def test_the_network_is_certain_of_nothing_before_training_and_evaluates_without_dropout(data):
    graph, state = nnx.split(loop.start(0))
    loss, _ = loop.evaluate(graph, state, *data[0])
    again, _ = loop.evaluate(graph, state, *data[0])
    assert loss == again
    assert float(loss) == pytest.approx(np.log(10), abs=0.5)
