import itertools

import numpy as np
import xor_linear

XOR = (0, 1, 1, 0)
COMPLEMENT = (1, 0, 0, 1)


def test_only_xor_and_its_complement_have_no_line():
    lines, _ = xor_linear.main(starts=1)
    assert len(lines) == 16
    assert {labels for labels, line in lines.items() if line is None} == {XOR, COMPLEMENT}


def test_trying_every_direction_and_offset_finds_the_same_fourteen_labellings():
    lines, _ = xor_linear.main(starts=1)
    found = set()
    for angle, b in itertools.product(np.linspace(0.01, 2 * np.pi, 73), np.linspace(-2, 2, 81)):
        line = np.array([np.cos(angle), np.sin(angle)]), b
        found.add(tuple((xor_linear.score(line, xor_linear.POINTS) > 0).astype(int).tolist()))
    assert found == {labels for labels, line in lines.items() if line is not None}


def test_every_line_gives_each_point_its_label_with_a_margin_of_one():
    lines, _ = xor_linear.main(starts=1)
    for labels, line in lines.items():
        if line is not None:
            side = np.where(np.array(labels) == 1, 1, -1)
            assert (side * xor_linear.score(line, xor_linear.POINTS)).min() >= 1 - 1e-9


def test_no_line_beats_three_of_four_and_four_labellings_reach_it():
    lines, _ = xor_linear.main(starts=1)
    reached = [
        xor_linear.accuracy(line, xor_linear.POINTS, xor_linear.TARGETS) for line in lines.values() if line is not None
    ]
    assert max(reached) == 0.75
    assert reached.count(0.75) == 4


def test_the_scores_of_opposite_corners_have_equal_sums_which_is_why_no_line_works():
    rng = np.random.default_rng(0)
    for _ in range(20):
        s = xor_linear.score((rng.normal(size=2), rng.normal()), xor_linear.POINTS)
        np.testing.assert_allclose(s[0] + s[3], s[1] + s[2], atol=1e-12)


def test_one_step_of_descent_follows_the_finite_differences_of_the_loss():
    w, b, h = np.array([0.3, -1.2]), 0.7, 1e-6
    data = xor_linear.POINTS, xor_linear.TARGETS
    slopes = [
        (xor_linear.cross_entropy((w + h * e, b), *data) - xor_linear.cross_entropy((w - h * e, b), *data)) / (2 * h)
        for e in np.eye(2)
    ]
    slope = (xor_linear.cross_entropy((w, b + h), *data) - xor_linear.cross_entropy((w, b - h), *data)) / (2 * h)
    stepped, moved = xor_linear.descend((w, b), *data, rate=1.0, steps=1)
    np.testing.assert_allclose(w - stepped, slopes, atol=1e-8)
    np.testing.assert_allclose(b - moved, slope, atol=1e-8)


def test_logistic_regression_ends_at_one_half_and_ln_two_from_every_start():
    _, logistic = xor_linear.main(starts=3, seed=7)
    for line in logistic:
        np.testing.assert_allclose(xor_linear.probability(line, xor_linear.POINTS), 0.5, atol=1e-12)
        loss = xor_linear.cross_entropy(line, xor_linear.POINTS, xor_linear.TARGETS)
        np.testing.assert_allclose(loss, np.log(2), atol=1e-12)


def test_with_the_product_of_the_inputs_as_a_third_one_a_plane_separates_xor():
    lifted = np.c_[xor_linear.POINTS, xor_linear.POINTS.prod(axis=1)]
    plane = np.array([1.0, 1.0, -2.0]), -0.5
    assert ((xor_linear.score(plane, lifted) > 0) == xor_linear.TARGETS).all()
