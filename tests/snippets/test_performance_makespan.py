"""What performance_makespan promises: list scheduling as Graham defined it, and servers that serve one at a time."""

from itertools import permutations, product

import numpy as np
import performance_makespan as performance
import pytest

TINY = [
    (np.random.default_rng(seed).integers(1, 12, size).tolist(), workers)
    for seed in range(12)
    for size, workers in ((4, 2), (6, 2), (6, 3), (7, 3))
]


def best(costs, workers):
    """The least make-span of all ways to part the programs among the workers."""
    return min(
        max(sum(cost for cost, mine in zip(costs, parted, strict=True) if mine == worker) for worker in range(workers))
        for parted in product(range(workers), repeat=len(costs))
    )


def some(size=200, *, seed=0):
    return np.random.default_rng(seed).lognormal(2, 1, size).tolist()


@pytest.mark.parametrize(("costs", "workers"), TINY)
def test_no_make_span_exceeds_grahams_bound_over_the_best(costs, workers):
    optimum = best(costs, workers)
    for order, arrange in performance.ORDERS.items():
        span = performance.makespan(arrange(costs), workers)
        assert optimum <= span <= performance.graham(workers)[order] * optimum


@pytest.mark.parametrize(("costs", "workers"), TINY[:8])
def test_some_order_is_the_best(costs, workers):
    spans = {performance.makespan(order, workers) for order in permutations(costs[:6])}
    assert min(spans) == best(costs[:6], workers)


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("order", performance.ORDERS)
def test_the_worst_instances_have_the_best_make_span_that_they_state_and_attain_the_bound(workers, order):
    costs, optimum = performance.worst(workers)[order]
    assert best(costs, workers) == optimum
    arranged = performance.ORDERS[order](costs)
    assert performance.makespan(arranged, workers) == pytest.approx(performance.graham(workers)[order] * optimum)


def test_one_worker_without_overhead_takes_exactly_the_sum():
    costs = list(range(1, 201))  # whole numbers, whose sums are exact
    assert performance.makespan(costs, 1) == sum(costs)


def test_one_worker_pays_every_overhead_in_full():
    span = performance.makespan(some(), 1, dispatch=0.5, keep=2.0)
    assert span == pytest.approx(sum(some()) + 200 * 2.5)


def test_as_many_workers_as_programs_take_as_long_as_the_longest():
    assert performance.makespan(some(), 200) == performance.makespan(some(), 10_000) == max(some())


def test_equal_programs_go_in_rounds():
    assert performance.makespan([3.0] * 10, 4) == 9.0


@pytest.mark.parametrize(
    ("dispatch", "keep", "last"), [(0.5, 0.25, 20 * 0.5 + 7 + 0.25), (0.25, 0.5, 0.25 + 7 + 20 * 0.5)]
)
def test_the_slower_of_two_servers_lets_one_program_through_at_a_time(dispatch, keep, last):
    assert performance.makespan([7.0] * 20, 20, dispatch=dispatch, keep=keep) == last


def test_a_worker_is_free_only_when_its_record_is_kept():
    assert performance.makespan([1.0, 1.0], 1, keep=5.0) == 12.0


@pytest.mark.parametrize("workers", [1, 3, 16, 100, 1000])
@pytest.mark.parametrize(("dispatch", "keep"), [(0, 0), (0.1, 0), (0, 0.3), (0.2, 0.1)])
def test_no_make_span_is_below_a_bound(workers, dispatch, keep):
    for arrange in performance.ORDERS.values():
        span = performance.makespan(arrange(some()), workers, dispatch=dispatch, keep=keep)
        floor = performance.bounds(some(), workers, dispatch=dispatch, keep=keep)
        assert all(span >= seconds * (1 - 1e-12) for seconds in floor.values())


def test_a_busy_caller_is_all_that_counts_with_workers_enough():
    costs = some()
    span = performance.makespan(costs, 1000, keep=10.0)
    assert performance.bounds(costs, 1000, keep=10.0)["caller"] == pytest.approx(span, rel=0.01)


def test_all_of_one_workers_time_is_used_and_half_of_it_if_records_take_as_long_as_programs():
    for keep, share in ((0.0, 1.0), (2.0, 0.5)):
        span = performance.makespan([2.0] * 50, 1, keep=keep)
        assert performance.efficiency([2.0] * 50, 1, span) == pytest.approx(share)


def test_half_efficient_is_the_first_number_of_workers_below_one_half():
    # one program at a time passes the store, in 1 s: w = 10 + 100 at best, and 100 * 10 / (m * w) < 1 / 2
    costs = [10.0] * 100
    workers = performance.half_efficient(costs, most=100, keep=1.0)
    shares = [
        performance.efficiency(costs, m, performance.makespan(costs, m, keep=1.0)) for m in (workers - 1, workers)
    ]
    assert shares[0] >= 0.5 > shares[1]
    assert workers == 19


def test_programs_are_drawn_from_the_real_ones_alone_and_by_seed():
    drawn = [performance.draw(np.random.default_rng(seed), [1.5, 2.5, 40.0], programs=500) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert set(drawn[0]) == {1.5, 2.5, 40.0}


def test_what_was_measured_is_a_finite_time_for_each_program_and_each_step():
    found = performance.measured()
    assert all(0 < seconds < 900 for seconds in found["costs"].values())
    ways = performance.overheads(found["summary"])
    assert ways["free"] == (0, 0)
    assert 0 < ways["lean"][1] < ways["measured"][1] < 1
    assert 0 < ways["measured"][0] == ways["lean"][0] < 1


def test_a_store_that_fills_costs_the_mean_of_an_empty_and_a_full_one():
    summary = {"dispatch, 2 at work: scheduler": 1, "dispatch, 2 at work: caller": 2, "prepare: caller": 4}
    summary |= {f"store of 0, 1 at a time: {step}": 10 for step in ("write", "read")}
    summary |= {f"store of 10000, 1 at a time: {step}": 30 for step in ("write", "read")}
    assert performance.overheads(summary) == {"free": (0, 0), "lean": (1, 22), "measured": (1, 46)}
