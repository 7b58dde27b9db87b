"""What everyday_coins promises: discs of known number and size are counted and measured, and light is evened out."""

import everyday_coins as coins
import numpy as np
import pytest

PLACES = [(20, 20), (20, 60), (20, 100), (60, 20), (60, 65), (60, 105)]
SIZES = [8, 9, 10, 12, 14, 15]


def a_table(*, slant=0.0, bright=200.0, dark=20.0, shape=(85, 130)):
    """Six discs of known radius on a table that a lamp lights from the right."""
    rows, columns = np.indices(shape)
    picture = np.full(shape, dark) + slant * columns
    for (row, column), radius in zip(PLACES, SIZES, strict=True):
        picture[(rows - row) ** 2 + (columns - column) ** 2 <= radius**2] += bright - dark
    return picture


@pytest.mark.parametrize("way", [coins.by_watershed, lambda picture: coins.by_threshold(picture, 110)])
def test_six_discs_are_six_coins_of_the_radius_that_they_were_drawn_with(way):
    regions = coins.without_specks(way(a_table()))
    assert regions.max() == 6
    np.testing.assert_allclose(np.sort(coins.radii(regions)), SIZES, atol=0.6)


def test_a_coin_with_a_dark_middle_is_one_coin():
    picture = a_table()
    picture[57:64, 62:69] = 20
    for regions in (coins.by_threshold(picture, 110), coins.by_watershed(picture)):
        assert coins.count(regions) == 6


def test_a_speck_is_not_a_coin_unless_one_says_so():
    picture = a_table()
    picture[80, 5:8] = 200
    regions = coins.by_threshold(picture, 110)
    assert coins.count(regions) == 6
    assert coins.count(regions, smallest=1) == 7
    assert sorted(np.unique(coins.without_specks(regions))) == list(range(7))


def test_a_slant_of_light_that_hides_coins_from_every_threshold_is_taken_away():
    picture = a_table(slant=1.5, bright=100)
    truth = coins.by_threshold(a_table(), 110)
    plain, flat = (
        max(coins.found(coins.by_threshold(each, level), truth) for level in range(0, 300, 5))
        for each in (picture, coins.flattened(picture))
    )
    assert plain < 6
    assert flat == 6


def test_an_even_plane_is_flattened_to_its_mean():
    rows, columns = np.indices((9, 7))
    plane = 3.0 + 2 * rows - columns
    np.testing.assert_allclose(coins.flattened(plane), plane.mean())


def test_a_region_is_found_if_it_shares_enough_of_the_union():
    truth, other = np.zeros((10, 10), int), np.zeros((10, 10), int)
    truth[:5], other[:4] = 1, 1  # four fifths
    assert coins.found(other, truth, overlap=0.8) == 1
    assert coins.found(other, truth, overlap=0.81) == 0
    assert coins.found(np.zeros_like(truth), truth) == 0
    assert coins.found(truth, truth) == 1


def test_two_kinds_of_coin_are_two_and_one_is_one():
    rng = np.random.default_rng(0)
    one = np.exp(rng.normal(3, 0.05, 24))
    two = np.concatenate([one[:12], 2 * one[12:]])
    assert 1 + coins.kinds(one).argmin() == 1
    assert 1 + coins.kinds(two).argmin() == 2


def test_a_shrunk_picture_has_the_means_of_its_blocks():
    picture = np.arange(48.0).reshape(6, 8)
    np.testing.assert_array_equal(coins.shrunk(picture, 2, 1), [[13.5, 15.5, 17.5], [29.5, 31.5, 33.5]])


def test_the_photograph_has_as_many_coins_as_one_counts_with_a_finger():
    regions = coins.without_specks(coins.by_watershed(coins.photograph()))
    assert regions.max() == 24 == 4 * 6
