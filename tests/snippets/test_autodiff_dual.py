"""What autodiff_dual promises: derivatives that are exact, from two classes of a few lines."""

import autodiff_dual as ad
import numpy as np
import pytest

POINTS = [0.3, 1.0, 2.2]


@pytest.mark.parametrize("way", ["dual", "tape"])
@pytest.mark.parametrize("name", list(ad.PROGRAMS))
def test_our_classes_give_the_derivative_written_by_hand(way, name):
    values = [ad.WAYS[way](ad.PROGRAMS[name], x) for x in POINTS]
    np.testing.assert_allclose(values, ad.SLOPES[name](np.array(POINTS)), rtol=1e-14)


@pytest.mark.parametrize("name", list(ad.PROGRAMS))
def test_autograd_and_the_complex_step_agree_with_the_dual_number(name):
    for x in POINTS:
        known = ad.by_dual(ad.PROGRAMS[name], x)
        np.testing.assert_allclose(ad.by_autograd(ad.PROGRAMS[name], x), known, rtol=1e-14)
        np.testing.assert_allclose(ad.complex_step(ad.PROGRAMS[name], x, 1e-30), known, rtol=1e-14)


def test_jax_gives_the_same_in_both_directions_to_its_single_precision():
    for name, program in ad.PROGRAMS.items():
        forward, reverse = ad.by_jax_forward(program, 1.3), ad.by_jax_reverse(program, 1.3)
        np.testing.assert_allclose([forward, reverse], ad.SLOPES[name](1.3), rtol=1e-6)


def test_the_square_of_epsilon_is_zero():
    assert ad.Dual(0.0, 1.0) * ad.Dual(0.0, 1.0) == ad.Dual(0.0, 0.0)


def test_a_constant_has_no_derivative():
    assert (ad.Dual(3.0, 1.0) * 2.0 + 5.0) == ad.Dual(11.0, 2.0)


def test_a_number_used_twice_gets_both_its_shares():
    x = ad.Traced(3.0)
    ad.backward(x * x + x)
    assert x.d == 7.0


def test_the_tape_visits_a_shared_result_once_however_often_it_is_used():
    x = y = ad.Traced(1.0)
    for _ in range(60):
        y = y + y  # 2^60 paths lead back to x
    ad.backward(y)
    assert x.d == 2.0**60


def test_the_error_of_a_difference_falls_by_ten_or_a_hundred_with_a_tenth_of_the_step():
    for difference, factor in ((ad.one_sided, 10), (ad.central, 100), (ad.complex_step, 100)):
        far, near = (abs(difference(ad.root, 1.3, h) - ad.slope_root(1.3)) for h in (1e-2, 1e-3))
        np.testing.assert_allclose(far / near, factor, rtol=0.05)


def test_heron_finds_the_square_root():
    np.testing.assert_allclose(ad.heron(np.array(POINTS)), np.sqrt(POINTS), rtol=1e-14)
