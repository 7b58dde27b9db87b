import diffeq_decay
import diffeq_errors as errors
import jax
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def test_the_five_problems_of_the_lecture_are_there_with_two_schemes_each():
    assert list(errors.PROBLEMS) == ["decay", "growth", "Poisson", "diffusion", "wave"]
    assert [len(module.SCHEMES) for module in errors.PROBLEMS.values()] == [2] * 5


def test_each_program_measures_every_point_of_its_grid():
    for module in errors.PROBLEMS.values():
        points = module.grid(10)
        for scheme in (module.simple_scheme, module.better_scheme):
            assert module.scheme_errors(scheme(10).ravel(), points).shape == (len(points),)


def test_the_better_scheme_is_better_in_each():
    for module in errors.PROBLEMS.values():
        points = module.grid(10)
        simple, better = (
            module.scheme_errors(scheme(10).ravel(), points).max()
            for scheme in (module.simple_scheme, module.better_scheme)
        )
        assert better < simple


def test_the_errors_of_decay_are_what_the_book_prints_and_what_powers_say():
    descent, newton, simple, better = errors.largest_errors(diffeq_decay)
    steps = np.arange(10)
    assert f"{descent:g}" == "0.0437499"
    assert newton < descent
    assert simple == pytest.approx(10 * np.max(np.exp(-2 * steps / 9) - (7 / 9) ** steps), rel=1e-12)
    assert better == pytest.approx(10 * np.max(np.abs(np.exp(-2 * steps / 9) - (15761 / 19683) ** steps)), rel=1e-9)
