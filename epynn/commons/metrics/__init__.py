"""Metrics: how well the decisions or the outputs of a network agree with the truth.

Outputs become decisions by :func:`decide`: the largest of several columns, or the rounded value of
one column. From the counts of true and false positives and negatives, TP, FP, FN, TN:

==============  =====================
accuracy        share of right decisions
hamming_loss    share of wrong decisions
recall          ``TP / (TP + FN)``
precision       ``TP / (TP + FP)``
fscore          ``2 TP / (2 TP + FP + FN)``
specificity     ``TN / (TN + FP)``
NPV             ``TN / (TN + FN)``
==============  =====================

With two classes the counts are those of the positive class, 1 by default. There are two classes
where there are two columns, or one column in which ``positive_label`` and at most one other
label occur. Otherwise every label that occurs in the truth or the decisions is the positive one in
turn and the metric is the plain mean over them, the macro average: the numbers of scikit-learn
with ``average='binary'`` and ``average='macro'``. A ratio of 0 to 0 counts as 0. The metric of no
samples at all is NaN.

Where several labels may hold for a sample (multilabel: columns of 0 and 1 that are not one-hot),
each column is decided by itself: yes above 0.5. Each column is the positive one in turn.
``accuracy`` is the share of samples with all labels right, the subset accuracy; ``hamming_loss``
the share of wrong decisions, label by label.

Other averages have names of their own, such as ``'fscore_micro'``, or ``fscore(Y, A,
average='micro')``. They are those of scikit-learn, over all labels, two classes or more:

============  ====================================================================
``micro``     of the counts of all labels together
``macro``     the plain mean over labels
``weighted``  the mean over labels, each weighing as often as it occurs in the truth
``samples``   the mean over samples, of the labels of each (multilabel only)
============  ====================================================================

ROC_AUC, R2, RMSE and ``TopK(k)`` look at the outputs themselves; ``confusion_matrix(Y, A)`` is an
array and no column of a table. A metric of your own is a plain function ``f(Y, A)``.
"""

from epynn.commons.metrics.decisions import confusion_matrix, decide, decide_each
from epynn.commons.metrics.known_metrics import MetricFunction, decides, metrics_functions
from epynn.commons.metrics.ratios import (
    NPV,
    accuracy,
    fscore,
    hamming_loss,
    precision,
    recall,
    specificity,
)
from epynn.commons.metrics.scores import R2, RMSE, ROC_AUC, TopK

__all__ = [
    'NPV', 'R2', 'RMSE', 'ROC_AUC', 'MetricFunction', 'TopK', 'accuracy',
    'confusion_matrix', 'decide', 'decide_each', 'decides', 'fscore', 'hamming_loss',
    'metrics_functions', 'precision', 'recall', 'specificity',
]  # fmt: skip
