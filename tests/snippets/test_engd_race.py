import engd_poisson
import engd_race as race
import jax
import jax.numpy as jnp
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@pytest.fixture
def points():
    return jax.device_put(race.collocation(side=8))


def a_network(seed=0, width=4):
    return race.start(jax.random.key(seed), width)


def losses(step, theta, state, points, count):
    """The loss before the first of `count` steps and after each."""
    step, value = jax.jit(step), jax.jit(race.loss)
    history = [value(theta, points)]
    for _ in range(count):
        theta, state = step(theta, state, points)
        history.append(value(theta, points))
    return np.array(history)


def test_the_race_is_run_on_the_problem_of_engd_poisson(points):
    for ours, theirs in zip(race.collocation(), engd_poisson.collocation(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    theta = race.start(jax.random.key(5))
    np.testing.assert_array_equal(theta, engd_poisson.start(jax.random.key(5)))
    np.testing.assert_array_equal(race.residuals(theta, *points), engd_poisson.residuals(theta, *points))
    np.testing.assert_allclose(
        race.relative_error(theta, *race.quadrature()), engd_poisson.relative_error(theta, *engd_poisson.quadrature())
    )


def test_its_natural_gradient_step_is_that_of_engd_poisson(points):
    theta = a_network()
    ours, _ = jax.jit(race.natural)(theta, (), points)
    theirs, _, _ = jax.jit(engd_poisson.update, static_argnums=3)(theta, points, 1e-6, 16)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_the_first_step_of_adam_is_a_thousandth_in_each_parameter(points):
    theta = a_network()
    gradient = jax.jit(jax.grad(race.loss))(theta, points)
    after, _ = race.adam(theta, race.ADAM.init(theta), points)
    np.testing.assert_allclose(after, theta - 1e-3 * gradient / (abs(gradient) + 1e-8), rtol=1e-6)


def test_bfgs_keeps_h_symmetric_and_positive_and_meets_the_secant_condition(points):
    theta, state = a_network(), race.bfgs_start(a_network(), points)
    gradient, step = jax.jit(jax.grad(race.loss)), jax.jit(race.bfgs)
    for _ in range(5):
        new, state = step(theta, state, points)
        s, y, H = new - theta, gradient(new, points) - gradient(theta, points), state[0]
        np.testing.assert_allclose(H @ y, s, atol=1e-9 * jnp.linalg.norm(s))
        np.testing.assert_allclose(H, H.T, atol=1e-12 * abs(H).max())
        assert np.linalg.eigvalsh(H)[0] > 0
        theta = new


def test_the_first_step_of_bfgs_goes_down_the_gradient(points):
    theta = a_network()
    after, _ = jax.jit(race.bfgs)(theta, race.bfgs_start(theta, points), points)
    gradient = jax.jit(jax.grad(race.loss))(theta, points)
    step = after - theta
    assert step @ gradient == pytest.approx(-jnp.linalg.norm(step) * jnp.linalg.norm(gradient))


def test_no_step_of_bfgs_raises_the_loss(points):
    history = losses(race.bfgs, a_network(), race.bfgs_start(a_network(), points), points, 20)
    assert (np.diff(history) <= 0).all()
    assert history[-1] < history[0]


def test_a_chunk_is_as_many_single_steps(points):
    theta = a_network()
    program, seconds = race.compiled(race.adam, theta, race.ADAM.init(theta), points, 3)
    together, _ = program(theta, race.ADAM.init(theta), points)
    state = race.ADAM.init(theta)
    for _ in range(3):
        theta, state = race.adam(theta, state, points)
    np.testing.assert_allclose(together, theta, rtol=1e-10)
    assert seconds > 0


def test_a_run_begins_at_the_start_and_ends_when_its_seconds_are_spent(points):
    theta, grid = a_network(), race.quadrature(nodes=6)
    program, _ = race.compiled(race.adam, theta, race.ADAM.init(theta), points, 2)
    history = race.run(program, theta, race.ADAM.init(theta), points, grid, 0.02)
    np.testing.assert_allclose(history[0], [0, race.relative_error(theta, *grid)])
    assert (np.diff(history[:, 0]) > 0).all()
    assert history[-2, 0] < 0.02 <= history[-1, 0]


def test_main_gives_every_method_the_same_starts():
    histories, chunks, compiling = race.main(seconds=0.01, seconds_natural=0.01, seeds=2, width=2)
    assert list(histories) == list(chunks) == list(compiling) == ["natural gradient", "BFGS", "L-BFGS", "Adam"]
    begins = np.array([[history[0, 1] for history in runs] for runs in histories.values()])
    assert (begins == begins[0]).all()
    assert begins[0, 0] != begins[0, 1]
