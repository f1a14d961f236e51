"""Numbers from outside for the classification protocols: scikit-learn's and numpy's.

    /usr/bin/python3 tests/Golden/Transfer/make_classification.py

Writes classification.json beside itself. Made with scikit-learn 1.2.1 (liblinear 2.30), numpy 1.24.2. Features are rounded
to single precision, so that both sides read the same numbers.
"""
import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.svm import LinearSVC

random = np.random.RandomState(20)


def blobs(rows, channels, classes, spread):
    centres = random.randn(classes, channels)
    labels = np.arange(rows) % classes
    return (centres[labels] + spread * random.randn(rows, channels)).astype(np.float32), labels


def numbers(array, digits=9):
    """In rows, to so many significant digits."""
    return [numbers(row, digits) for row in array] if np.ndim(array) else float(f"{float(array):.{digits}g}")


def svm():
    x, labels = blobs(60, 8, 4, 1.5)
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    test = random.randn(12, 8).astype(np.float32)
    cases = []
    for cost in [1e-7, 2.0 ** -12, 0.01, 1.0, 100.0]:
        for k in range(4):
            machine = LinearSVC(
                C=cost, loss="squared_hinge", penalty="l2", dual=False, class_weight={1: 2, -1: 1}, intercept_scaling=1.0, tol=1e-10, max_iter=100_000
            ).fit(x.astype(np.float64), np.where(labels == k, 1, -1))
            cases.append({"cost": cost, "class": k, "decisions": numbers(machine.decision_function(test.astype(np.float64)))})
    return {"x": numbers(x), "labels": labels.tolist(), "test": numbers(test), "cases": cases}


def interpolated(truth, scores):
    """The area under the envelope, by the definition: over all recalls, the best precision at that recall or a higher one."""
    thresholds = np.unique(scores)
    points = [((truth & (scores >= t)).sum() / truth.sum(), (truth & (scores >= t)).sum() / (scores >= t).sum()) for t in thresholds]
    recalls = sorted({r for r, _ in points} | {0.0})
    return sum((r - before) * max(p for s, p in points if s >= r) for before, r in zip(recalls, recalls[1:]))


def precision():
    cases = []
    for rows, levels in [(7, 0), (40, 0), (40, 6), (200, 15), (5, 1)]:
        truth = random.rand(rows) < 0.3
        truth[random.randint(rows)] = True
        scores = random.randn(rows) + truth
        scores = np.round(scores, 6) if levels == 0 else np.floor(scores * levels / 6)
        cases.append({
            "truth": truth.astype(int).tolist(), "scores": scores.tolist(),
            "stepwise": average_precision_score(truth, scores), "interpolated": float(interpolated(truth, scores)),
        })
    return cases


def knn():
    x, labels = blobs(90, 6, 7, 1.3)
    queries, truth = blobs(50, 6, 7, 2.0)
    queries = (queries + x[truth]).astype(np.float32)
    unit = x / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
    similarity = (queries / np.linalg.norm(queries.astype(np.float64), axis=1, keepdims=True)) @ unit.T
    accuracy = {}
    for k in [1, 5, 20, 90]:
        top1 = top5 = 0
        for q, row in enumerate(similarity):
            votes = np.zeros(7)
            for i in np.argsort(-row, kind="stable")[:k]:
                votes[labels[i]] += np.exp(row[i] / 0.07)
            order = [c for c in np.argsort(-votes, kind="stable") if votes[c] > 0]
            top1 += order[0] == truth[q]
            top5 += truth[q] in order[:5]
        accuracy[k] = [int(top1), int(top5)]
    return {"x": numbers(x), "labels": labels.tolist(), "queries": numbers(queries), "truth": truth.tolist(), "right": accuracy}


def logistic():
    x, labels = blobs(80, 5, 3, 1.5)
    test = random.randn(10, 5).astype(np.float32)
    mean, deviation = x.astype(np.float64).mean(0), x.astype(np.float64).std(0)
    cases = []
    for penalty in [1.0, 0.01, 1e-4]:
        # scikit-learn: C * sum of losses + |W|^2 / 2; here: mean of losses + penalty / 2 |W|^2.
        machine = LogisticRegression(C=1 / (penalty * len(x)), solver="newton-cg", tol=1e-8, max_iter=100_000).fit((x - mean) / deviation, labels)
        cases.append({"penalty": penalty, "probabilities": numbers(machine.predict_proba((test - mean) / deviation))})
    return {"x": numbers(x), "labels": labels.tolist(), "test": numbers(test), "cases": cases}


result = {"svm": svm(), "precision": precision(), "knn": knn(), "logistic": logistic()}
pathlib.Path(__file__).with_name("classification.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
