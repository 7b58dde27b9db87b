"""One question parts two classes.

Source    Breiman et al. (1984), Classification and Regression Trees, chapter 2
Differs   four points
Cost      about 2 s on 2 CPU cores
"""

# %% setup
from pathlib import Path

import pandas as pd
from IPython.display import SVG, display
from sklearn.tree import DecisionTreeClassifier

# %% data
points = pd.read_csv(Path(__file__).parents[1] / "datasets/lengths.csv", dtype={"length": float})
lengths, classes = points[["length"]].to_numpy(), points["class"].to_numpy()

# %% train
tree = DecisionTreeClassifier(random_state=0).fit(lengths, classes)

# %% result
if __name__ == "__main__":
    results = {"depth": int(tree.get_depth()), "accuracy": float(tree.score(lengths, classes))}
    print(f"threshold {tree.tree_.threshold[0]:.1f} cm")

# %% table
if __name__ == "__main__":
    display(points)

# %% figure
if __name__ == "__main__":
    display(
        SVG(
            '<svg xmlns="http://www.w3.org/2000/svg" width="180pt" height="90pt" viewBox="0 0 180 90">'
            '<rect x="50" y="6" width="80" height="26" fill="none" stroke="black"/>'
            '<text x="90" y="23" text-anchor="middle" font-size="11">shorter than 3?</text>'
            '<path d="M75 32 40 64M105 32l35 32" stroke="black"/>'
            '<text x="36" y="78" text-anchor="middle" font-size="11">yes</text>'
            '<text x="144" y="78" text-anchor="middle" font-size="11">no</text></svg>'
        )
    )
