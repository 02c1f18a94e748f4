#!/usr/bin/env python3
"""Computes golden.json: what independent implementations say to small inputs.

numpy 1.24, scikit-learn 1.2, scipy 1.10, torch 1.13; run once, by hand: ./make_golden.py
"""
import json
import pathlib

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import jaccard_score
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(7)
golden = {}


def listed(array):
    return np.asarray(array).tolist()


def rounded(array):
    """Inputs with few digits, exactly as the JSON file holds them."""
    return np.round(array, 3)


# k-NN: cosine similarity, votes weighted by exp(similarity / T).
classes, k, temperature = 5, 7, 0.07
centres = rng.normal(size=(classes, 6))
key_labels = rng.integers(0, classes, 90)
keys = rounded(centres[key_labels] + rng.normal(size=(90, 6)) * 1.2)
queries = rounded(centres[rng.integers(0, classes, 25)] + rng.normal(size=(25, 6)) * 1.2)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


knn = KNeighborsClassifier(
    n_neighbors=k,
    metric="euclidean",
    # |a - b|^2 = 2 - 2 cos for vectors of length one
    weights=lambda d: np.exp((1 - d**2 / 2) / temperature),
    algorithm="brute",
).fit(unit(keys), key_labels)
golden["knn"] = dict(
    keys=listed(keys), labels=listed(key_labels), queries=listed(queries), classes=classes, k=k,
    temperature=temperature, scores=listed(knn.predict_proba(unit(queries))))

# k-means from given centres.
points = rounded(rng.normal(size=(4, 5))[rng.integers(0, 4, 120)] * 3 + rng.normal(size=(120, 5)))
start = points[:6]
means = KMeans(n_clusters=6, init=start, n_init=1, max_iter=300, tol=0, algorithm="lloyd").fit(points)
golden["kmeans"] = dict(
    points=listed(points), start=listed(start), centres=listed(means.cluster_centers_),
    labels=listed(means.labels_), inertia=float(means.inertia_))

# IoU and accuracy, with ignored pixels (-1) and a class (4) that never occurs.
truth = rng.integers(-1, 4, 400)
predicted = np.where(rng.random(400) < 0.6, np.maximum(truth, 0), rng.integers(0, 4, 400))
seen = truth >= 0
iou = jaccard_score(truth[seen], predicted[seen], labels=[0, 1, 2, 3], average=None)
golden["iou"] = dict(
    truth=listed(truth), predicted=listed(predicted), classes=5, iou=listed(iou), miou=float(iou.mean()),
    accuracy=float((truth[seen] == predicted[seen]).mean()))

# Hungarian matching: as many clusters as classes, more, and fewer.
golden["matching"] = []
for rows, columns in [(8, 8), (5, 9), (9, 5)]:
    counts = rng.integers(0, 1000, (rows, columns))
    r, c = linear_sum_assignment(counts, maximize=True)
    classes_of = np.full(columns, -1)
    classes_of[c] = r
    golden["matching"].append(dict(
        counts=listed(counts), classes=listed(classes_of), right=int(counts[r, c].sum())))

# Effective rank and spread.
features = rounded(rng.normal(size=(60, 3)) @ rng.normal(size=(3, 8)) + rng.normal(size=(60, 8)) * 0.2 + 0.5)
s = np.linalg.svd(features - features.mean(0), compute_uv=False)
p = s / s.sum()
golden["health"] = dict(
    features=listed(features), effective_rank=float(np.exp(-(p * np.log(p)).sum())),
    spread=float(np.sqrt(1 - np.linalg.norm(unit(features).mean(0)) ** 2)))

# Bilinear stretching of scores, and the best class.
scores = rounded(rng.normal(size=(3, 4, 5)))
stretched = torch.nn.functional.interpolate(
    torch.tensor(scores)[None].permute(0, 3, 1, 2), size=(14, 19), mode="bilinear", align_corners=False)
golden["bilinear"] = dict(
    scores=listed(scores), height=14, width=19, best=listed(stretched[0].argmax(0).numpy()))

# A linear classifier of standardised features, without a penalty: where a probe ends.
labels = rng.integers(0, 3, 300)
known = rounded(rng.normal(size=(3, 4))[labels] * 0.8 + rng.normal(size=(300, 4)) * np.array([1, 5, 0.9, 2]))
standard = (known - known.mean(0)) / known.std(0)
linear = LogisticRegression(penalty=None, tol=1e-10, max_iter=10000).fit(standard, labels)
golden["linear"] = dict(tokens=listed(known), labels=listed(labels), scores=listed(linear.predict_proba(standard)))

path = pathlib.Path(__file__).with_name("golden.json")
path.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in golden.items()) + "\n}\n")
