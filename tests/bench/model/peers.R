# SPDX-License-Identifier: GPL-3.0-or-later
# glmnet (lambda by inner folds) and mgcv's bam on the same folds: peers.R TABLE LABEL[=VALUE] FOLDS COLUMN
# Prints `name log_loss auc seconds`, CPU seconds a fold.
args <- commandArgs(TRUE)
set.seed(1)
part <- strsplit(args[2], "=")[[1]]
d <- read.csv(args[1])
y <- as.numeric(as.character(d[[part[1]]]) == (if (length(part) > 1) part[2] else "1"))
d[[part[1]]] <- NULL
for (c in names(d)) {
  if (is.numeric(d[[c]])) d[[c]][is.na(d[[c]])] <- median(d[[c]], na.rm = TRUE)
  else d[[c]] <- factor(d[[c]])
}
fold <- read.csv(args[3])[[args[4]]]
report <- function(name, fit) {
  p <- numeric(length(y)); spent <- c()
  for (k in unique(fold)) {
    t <- proc.time()
    now <- fit(fold != k, fold == k)
    if (length(now) != sum(fold == k) || anyNA(now)) stop(name, ": fold ", k, " has rows without a prediction")
    p[fold == k] <- now
    t <- proc.time() - t
    spent <- c(spent, t[1] + t[2])
  }
  p <- pmin(pmax(p, 1e-12), 1 - 1e-12); r <- rank(p); n1 <- sum(y); n0 <- sum(1 - y)
  cat(sprintf("%s %.4f %.4f %.3f\n", name, -mean(y * log(p) + (1 - y) * log(1 - p)),
              (sum(r[y == 1]) - n1 * (n1 + 1) / 2) / (n1 * n0), mean(spent)))
}
if (requireNamespace("glmnet", quietly = TRUE)) {
  x <- model.matrix(~., d)[, -1]
  report("glmnet", function(a, b) {
    m <- glmnet::cv.glmnet(x[a, ], y[a], family = "binomial", nfolds = 5)
    as.numeric(predict(m, x[b, ], s = "lambda.min", type = "response"))
  })
} else cat("skipped: glmnet is not there\n")
if (requireNamespace("mgcv", quietly = TRUE)) {
  term <- sapply(names(d), function(c) {
    u <- length(unique(d[[c]]))
    if (is.numeric(d[[c]]) && u > 10) sprintf("s(%s, k = %d)", c, min(20, u)) else c
  })
  form <- as.formula(paste("y ~", paste(term, collapse = " + ")))
  report("mgcv_bam", function(a, b) {
    m <- mgcv::bam(form, data = cbind(d, y = y)[a, ], family = binomial(), discrete = TRUE)
    rows <- d[b, ]
    for (c in names(rows)) if (is.factor(rows[[c]])) { # a level that the fold did not learn: its commonest
      seen <- table(d[[c]][a])
      rows[[c]][seen[rows[[c]]] == 0] <- names(which.max(seen))
    }
    as.numeric(predict(m, rows, type = "response"))
  })
} else cat("skipped: mgcv is not there\n")
