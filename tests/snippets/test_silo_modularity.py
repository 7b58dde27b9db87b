"""What silo_modularity promises: Q as computed by hand, and changes that keep what they say they keep."""

from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import silo_modularity as silo

SMALL = {"groups": 4, "size": 10, "inside": 5, "outside": 2}


def company(seed=0):
    return silo.organisation(np.random.default_rng(seed), **SMALL)


def far(graph):
    return sum(silo.crosses(graph, pair) for pair in graph.edges)


def two_cliques(size):
    return nx.barbell_graph(size, 0)


@pytest.mark.parametrize("size", [3, 5, 8])
def test_two_cliques_joined_by_an_edge_have_the_q_that_one_counts_by_hand(size):
    inner = size * (size - 1) // 2
    by_hand = Fraction(2 * inner, 2 * inner + 1) - 2 * Fraction(1, 4)  # half of all edge ends on either side
    q, found = silo.modularity(np.random.default_rng(0), two_cliques(size))
    assert found == 2
    assert q == pytest.approx(float(by_hand))


def test_two_triangles_joined_by_an_edge_have_five_fourteenths():
    assert silo.modularity(np.random.default_rng(0), two_cliques(3))[0] == pytest.approx(5 / 14)


def test_everybody_in_one_group_has_no_modularity():
    graph = company()
    nx.set_node_attributes(graph, 0, "group")
    assert silo.chart_modularity(graph) == pytest.approx(0)


def test_a_complete_graph_has_no_groups_to_find():
    assert silo.modularity(np.random.default_rng(0), nx.complete_graph(12)) == (pytest.approx(0), 1)


def test_groups_of_equal_size_without_bridges_have_one_less_one_over_their_number():
    graph = nx.disjoint_union_all([nx.complete_graph(5)] * 4)
    nx.set_node_attributes(graph, {person: person // 5 for person in graph}, "group")
    assert silo.chart_modularity(graph) == pytest.approx(1 - 1 / 4)


def test_an_organisation_has_the_contacts_that_are_asked_for():
    graph = company()
    assert graph.number_of_nodes() == 40
    assert far(graph) == 2 * 40 / 2
    assert graph.number_of_edges() - far(graph) == 5 * 40 / 2


def test_silos_keep_all_contacts_and_move_them_inside():
    before = company()
    after = silo.siloed(np.random.default_rng(1), before, 0.25)
    assert after.number_of_edges() == before.number_of_edges()
    assert far(after) == far(before) / 4
    assert {pair for pair in after.edges if silo.crosses(after, pair)} <= set(before.edges)


def test_thinning_only_takes_away():
    before = company()
    after = silo.thinned(np.random.default_rng(1), before, 0.5)
    assert after.number_of_edges() == before.number_of_edges() / 2
    assert set(after.edges) <= set(before.edges)
    assert set(after) == set(before)


def test_keeping_all_contacts_changes_nothing():
    before = company()
    for change in (silo.siloed, silo.thinned):
        assert nx.utils.graphs_equal(change(np.random.default_rng(1), before, 1.0), before)


def test_rewiring_keeps_everybody_s_number_of_contacts_and_little_else():
    before = company()
    after = silo.rewired(np.random.default_rng(1), before)
    assert dict(after.degree) == dict(before.degree)
    assert len(set(before.edges) & set(after.edges)) < before.number_of_edges() / 2
    assert far(after) > far(before)


def test_louvain_finds_at_least_what_the_chart_has():
    for seed in range(3):
        graph = company(seed)
        assert silo.modularity(np.random.default_rng(0), graph)[0] >= silo.chart_modularity(graph) - 0.02


def test_main_measures_both_changes_from_the_same_organisation():
    measured = silo.main(**SMALL, kept=(1.0, 0.5), nulls=2, seeds=2)
    assert measured["siloed"]["null"].shape == (2, 2, 2)
    np.testing.assert_array_equal(measured["siloed"]["q"][:, 0], measured["thinned"]["q"][:, 0])
    assert (measured["siloed"]["chart"][:, 1] > measured["siloed"]["chart"][:, 0]).all()


def test_sparser_graphs_without_structure_have_a_higher_q():
    q = silo.structureless(people=80, degrees=(2, 6), seeds=3)
    assert min(q[2]) > max(q[6])
