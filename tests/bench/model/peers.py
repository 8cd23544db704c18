# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers on the same folds: peers.py TABLE LABEL[=VALUE] FOLDS COLUMN
Boosters are tuned by three inner folds over a small grid; the time is of tuning and fit together, in
CPU seconds a fold. Prints `name log_loss auc seconds`, a line a peer; `skipped: …` for one not there."""
import sys
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold

warnings.filterwarnings("ignore")
table, label, folds, column = sys.argv[1:5]
name, _, value = label.partition("=")
rows = pd.read_csv(table)
y = (rows[name].astype(str) == (value or "1")).astype(int).values
x = pd.get_dummies(rows.drop(columns=name)).astype(float)
fold = pd.read_csv(folds)[column].values


def tuned(model, grid):
    inner = StratifiedKFold(3, shuffle=True, random_state=1)
    return lambda: GridSearchCV(model, grid, scoring="neg_log_loss", cv=inner, n_jobs=1)


peers = {
    "hgb_tuned": tuned(
        HistGradientBoostingClassifier(early_stopping=False, random_state=1),
        {"learning_rate": [0.05], "max_iter": [100, 200, 400], "max_leaf_nodes": [4, 8, 16]},
    )
}
try:
    import xgboost

    peers["xgb_tuned"] = tuned(
        xgboost.XGBClassifier(n_jobs=1, tree_method="hist", eval_metric="logloss", verbosity=0),
        {"learning_rate": [0.05], "n_estimators": [100, 200, 400], "max_depth": [2, 3, 4, 6]},
    )
    peers["xgb_default"] = lambda: xgboost.XGBClassifier(n_jobs=1, tree_method="hist", verbosity=0)
except ImportError:
    print("skipped: xgboost is not there")

for peer, make in peers.items():
    p, spent = np.zeros(len(y)), []
    for k in np.unique(fold):
        model, start = make(), time.process_time()
        model.fit(x[fold != k].values, y[fold != k])
        spent.append(time.process_time() - start)
        p[fold == k] = model.predict_proba(x[fold == k].values)[:, 1]
    print(peer, "%.4f %.4f %.3f" % (log_loss(y, p), roc_auc_score(y, p), np.mean(spent)), flush=True)
