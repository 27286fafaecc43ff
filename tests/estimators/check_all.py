"""Run every check of scikit-learn on each estimator, and fail at the first that does not pass.

A script, as SCIPY_ARRAY_API has to be set before SciPy is imported: a check that finds it missing
is skipped, which counts as not passed. Prints how many checks there were.
"""

import os
import sys

os.environ['SCIPY_ARRAY_API'] = '1'

import sklearn.utils.estimator_checks as checks

from epynn.estimators import EpyNNClassifier, EpyNNRegressor, EpyNNTransformer

for kind in (EpyNNClassifier, EpyNNRegressor, EpyNNTransformer):
    if hasattr(checks, 'estimator_checks_generator'):  # from scikit-learn 1.6 on
        todo = list(checks.estimator_checks_generator(kind()))
    else:
        todo = list(checks.check_estimator(kind(), generate_only=True))
    for estimator, check in todo:
        try:
            check(estimator)
        except BaseException as error:
            raise AssertionError(f'{kind.__name__}: {check}') from error
    sys.stdout.write(f'{kind.__name__} {len(todo)}\n')
