# SPDX-License-Identifier: GPL-3.0-or-later
"""The numpy prototype and kenko on the prototype's simulated surfaces, the same rows:
surfaces.py PROTOTYPE_DIR BENCH_HOLDOUT SEEDS. Prints expected log losses; exits 1 when kenko's mean over a
surface's seeds is more than 0.001 above the prototype's."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import numpy as np
import pandas as pd
from gam_prototype import Model, sig
from synthetic_surfaces import NAMES, make

worst = 0
for name in NAMES:
    apart = []
    for seed in range(1, 1 + int(sys.argv[3])):
        n = 10000 if name == "rare" else 5000
        x, kind, y, eta = make(name, n + 20000, seed)
        loss = lambda q: np.mean(np.logaddexp(0, q) - sig(eta[n:]) * q)
        theirs = loss(Model().fit({c: v[:n] for c, v in x.items()}, kind, y[:n])
                      .final({c: v[n:] for c, v in x.items()}))
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, "t.csv")
            pd.DataFrame(x).assign(y=y.astype(int)).to_csv(path, index=False)
            out = subprocess.run([sys.argv[2], path, str(n), "0"], capture_output=True, text=True, check=True)
        lines = out.stdout.split()
        ours = loss(np.array(lines[1:], float))
        apart.append(ours - theirs)
        print("%s %d oracle %.4f prototype %.4f kenko %.4f, %s s" % (name, seed, loss(eta[n:]), theirs, ours, lines[0]), flush=True)
    worst = max(worst, np.mean(apart))
print("furthest above the prototype: %.4f" % worst)
sys.exit(worst > 0.001)
