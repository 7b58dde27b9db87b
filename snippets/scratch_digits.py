"""The network from scratch beside scikit-learn's, step for step; and what it learns with a wrong gradient.

Source    M. Hjorth-Jensen, FYS-STK3155/4155, University of Oslo, lecture notes of week 42 (2024): 64-50-10, sigmoid,
          softmax, batches of 100
          T. P. Lillicrap et al., Nature Communications 7, 13276 (2016): errors sent back through random weights
Differs   scaled images, mean gradients, weights of variance 1 / inputs; each way has its own best of three rates
Cost      about 8 s on one core
"""

# %% setup
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

plt.style.use(Path(__file__).with_name("style.mplstyle"))


# %% data
def split(rng, *, train=1000, validation=297):
    """Images in [0, 1] and labels: training, validation and test (500)."""
    x, y = load_digits(return_X_y=True)
    rows = np.split(rng.permutation(len(x)), [train, train + validation])
    return [(x[each] / 16, y[each]) for each in rows]


def batches(rng, count, *, size, epochs):
    """Every epoch all rows in a new order: (steps, size) row numbers."""
    steps = count // size
    return np.concatenate([rng.permutation(count)[: steps * size].reshape(steps, size) for _ in range(epochs)])


# %% model
def initial(rng, hidden):
    """Weights and biases of 64-hidden-10."""
    return [
        rng.normal(size=(64, hidden)) / 8,
        np.zeros(hidden),
        rng.normal(size=(hidden, 10)) / np.sqrt(hidden),
        np.zeros(10),
    ]


def forward(params, x):
    """Hidden activations and probabilities."""
    weights1, bias1, weights2, bias2 = params
    a = (1 + np.tanh((x @ weights1 + bias1) / 2)) / 2  # the sigmoid, without overflow
    z = a @ weights2 + bias2
    exponential = np.exp(z - z.max(axis=1, keepdims=True))
    return a, exponential / exponential.sum(axis=1, keepdims=True)


# %% loss
def gradient(params, x, y, way, feedback):
    """Gradient of the mean cross-entropy if the way is "backpropagation"; else one with a flaw."""
    _, _, weights2, _ = params
    a, probability = forward(params, x)
    delta2 = probability.copy()
    delta2[np.arange(len(x)), y] -= 1
    delta2 /= len(x)
    if way == "output layer only":
        delta1 = np.zeros_like(a)
    elif way == "slope forgotten":
        delta1 = delta2 @ weights2.T
    elif way == "random feedback":
        delta1 = (delta2 @ feedback) * a * (1 - a)
    else:
        delta1 = (delta2 @ weights2.T) * a * (1 - a)
    return [x.T @ delta1, delta1.sum(axis=0), a.T @ delta2, delta2.sum(axis=0)]


WAYS = ("backpropagation", "slope forgotten", "random feedback", "output layer only")


# %% train
def train(rng, params, x, y, rows, *, rate, way, x_seen, y_seen, every):
    """Parameters after all batches, and the accuracy on what is seen after each `every` of them."""
    feedback = rng.normal(size=(10, params[0].shape[1])) / np.sqrt(params[0].shape[1])
    curve = []
    for step, each in enumerate(rows, 1):
        slopes = gradient(params, x[each], y[each], way, feedback)
        params = [parameter - rate * slope for parameter, slope in zip(params, slopes, strict=True)]
        if step % every == 0:
            curve.append(accuracy(params, x_seen, y_seen))
    return params, np.array(curve)


# %% scikit-learn
def train_sklearn(params, x, y, rows, *, rate):
    """Its classifier with our weights, our batches and plain gradient descent: parameters after each batch."""
    network = MLPClassifier(
        (params[0].shape[1],),
        activation="logistic",
        solver="sgd",
        learning_rate_init=rate,
        momentum=0.0,
        nesterovs_momentum=False,
        alpha=0.0,
        shuffle=False,
        batch_size=rows.shape[1],
    )
    network.partial_fit(x[rows[0]], y[rows[0]], classes=np.arange(10))  # makes the arrays that we then fill
    for own, ours in zip(network.coefs_ + network.intercepts_, params[::2] + params[1::2], strict=True):
        own[...] = ours
    for each in rows:
        network.partial_fit(x[each], y[each])
        (weights1, weights2), (bias1, bias2) = network.coefs_, network.intercepts_
        yield [weights1.copy(), bias1.copy(), weights2.copy(), bias2.copy()]


# %% evaluate
def accuracy(params, x, y):
    return float(np.mean(forward(params, x)[1].argmax(axis=1) == y))


def gap(ours, theirs):
    """The largest difference between two sets of parameters."""
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


# %% main
def side_by_side(seed, *, hidden=50, size=100, epochs=20, rate=1.0):
    """Largest difference of any parameter after each step, and how many test digits the two name differently."""
    rng = np.random.default_rng(seed)
    (x, y), _, (x_test, y_test) = split(rng)
    params, rows = initial(rng, hidden), batches(rng, len(x), size=size, epochs=epochs)
    gaps = []
    for each, theirs in zip(rows, train_sklearn(params, x, y, rows, rate=rate), strict=True):
        slopes = gradient(params, x[each], y[each], "backpropagation", None)
        params = [parameter - rate * slope for parameter, slope in zip(params, slopes, strict=True)]
        gaps.append(gap(params, theirs))
    named = [forward(each, x_test)[1].argmax(axis=1) for each in (params, theirs)]
    return np.array(gaps), int(np.sum(named[0] != named[1])), accuracy(params, x_test, y_test)


def tuned(way, *, rates, hidden, size, epochs, seeds):
    """Test accuracy after each epoch, (seeds, epochs), at the rate that is best on the validation digits; the rate."""
    tried = {}
    for rate in rates:
        tried[rate] = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            (x, y), (x_held, y_held), (x_test, y_test) = split(rng)
            params, rows = initial(rng, hidden), batches(rng, len(x), size=size, epochs=epochs)
            seen = {"x_seen": x_test, "y_seen": y_test, "every": len(x) // size}
            params, curve = train(rng, params, x, y, rows, rate=rate, way=way, **seen)
            tried[rate].append((accuracy(params, x_held, y_held), curve))
    best = max(rates, key=lambda rate: np.mean([held for held, _ in tried[rate]]))
    return np.array([curve for _, curve in tried[best]]), best


def main(*, hidden=50, size=100, epochs=40, rates=(1.0, 3.0, 10.0), seeds=5, compared=3, patience=4):
    """Steps beside scikit-learn; tuned curves and rates of each way, and of two of them with more epochs."""
    beside = [side_by_side(seed, hidden=hidden, size=size) for seed in range(compared)]
    options = {"hidden": hidden, "size": size, "seeds": seeds}
    curves = {way: tuned(way, rates=rates, epochs=epochs, **options) for way in WAYS}
    patient = {
        way: tuned(way, rates=rates[1:], epochs=patience * epochs, **options)
        for way in ("backpropagation", "random feedback")
    }
    return beside, curves, patient


# %% result
if __name__ == "__main__":
    beside, tuned_curves, patient = main()
    curves = {way: curve for way, (curve, _) in tuned_curves.items()}
    patient_final = {way: curve[:, -1] for way, (curve, _) in patient.items()}
    final = {way: curve[:, -1] for way, curve in curves.items()}
    lost = {way: final["backpropagation"] - each for way, each in final.items()}
    results = {
        "largest_gap": [float(gaps.max()) for gaps, _, _ in beside],
        "steps_compared": len(beside[0][0]),
        "named_differently": [differ for _, differ, _ in beside],
        "accuracy_compared": [each for _, _, each in beside],
        "accuracy_backpropagation": final["backpropagation"].tolist(),
        "accuracy_slope_forgotten": final["slope forgotten"].tolist(),
        "accuracy_random_feedback": final["random feedback"].tolist(),
        "accuracy_output_layer_only": final["output layer only"].tolist(),
        "lost_slope_forgotten": lost["slope forgotten"].tolist(),
        "lost_random_feedback": lost["random feedback"].tolist(),
        "accuracy_backpropagation_patient": patient_final["backpropagation"].tolist(),
        "accuracy_random_feedback_patient": patient_final["random feedback"].tolist(),
        "lost_random_feedback_patient": (patient_final["backpropagation"] - patient_final["random feedback"]).tolist(),
        "lost_output_layer_only": lost["output layer only"].tolist(),
    }
    print(f"beside scikit-learn: {results['steps_compared']} steps, largest gap of any weight {results['largest_gap']}")
    for way, each in final.items():
        rate = tuned_curves[way][1]
        print(f"{way:28s} rate {rate:4g}   test accuracy {each.mean():.3f} ± {each.std(ddof=1):.3f}")
    for way, each in patient_final.items():
        rate = patient[way][1]
        print(f"{way + ', 160 epochs':28s} rate {rate:4g}   test accuracy {each.mean():.3f} ± {each.std(ddof=1):.3f}")

# %% side-by-side
if __name__ == "__main__":
    figure, axis = plt.subplots(figsize=(7.2, 3.4))
    for seed, (gaps, _, _) in enumerate(beside):
        axis.semilogy(np.arange(1, len(gaps) + 1), gaps, color=f"C{seed}")
    axis.set(xlabel="step", ylabel="largest difference of a weight", ylim=(1e-17, 1e-10))
    axis.set_title("Ours and scikit-learn's stay together to rounding (three seeds)")
    plt.show()

# %% learning-curves
if __name__ == "__main__":
    figure, axis = plt.subplots()
    epochs = np.arange(1, curves["backpropagation"].shape[1] + 1)
    styles = dict(zip(WAYS, ("-", "--", "-.", ":"), strict=True))
    for color, (way, curve) in enumerate(curves.items()):
        axis.fill_between(epochs, curve.min(axis=0), curve.max(axis=0), color=f"C{color}", alpha=0.15)
        axis.plot(epochs, np.median(curve, axis=0), styles[way], color=f"C{color}", label=way)
    axis.set(xlabel="epoch", ylabel="test accuracy", ylim=(0.6, 1.0))
    axis.legend(loc="lower right")
    axis.set_title("A wrong gradient learns the digits too (median and range of 5 seeds)")
    plt.show()
