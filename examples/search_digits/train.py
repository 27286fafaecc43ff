"""Which network reads digits best? A search on two workers."""

import logging

from distributed import Client, LocalCluster
from joblib import parallel_config
from prepare_dataset import prepare_dataset
from sklearn.model_selection import GridSearchCV

from epynn.commons.logs import process_logs
from epynn.estimators import EpyNNClassifier

# 3 x 2 x 2 = 12 candidates. Each is fitted three times, judged by the third that it did not see.
CANDIDATES = {
    'hidden': [(32,), (128,), (64, 32)],
    'learning_rate': [0.01, 0.03],
    'weight_decay': [0.1, 1.0],
}


def main(epochs=15, seed=1, quiet=False):
    X, y, X_new, y_new = prepare_dataset()
    model = EpyNNClassifier(max_epochs=epochs, random_state=seed)
    search = GridSearchCV(model, CANDIDATES, cv=3)

    # Two processes on this machine. On a cluster, this line becomes Client('scheduler:8786').
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    )
    with cluster, Client(cluster), parallel_config('dask'):
        search.fit(X, y)

    if not quiet:
        process_logs('\nrank  accuracy  candidate', 2)
        found = search.cv_results_
        for i in found['rank_test_score'].argsort():
            rank, score = found['rank_test_score'][i], found['mean_test_score'][i]
            words = ', '.join(f'{name} {value}' for name, value in found['params'][i].items())
            process_logs(f'{rank:>4}  {score:>8.1%}  {words}')

    accuracy = search.score(X_new, y_new)
    process_logs(f'search_digits: {search.best_params_}', 1)
    process_logs(f'search_digits: {accuracy:.1%} accuracy on 450 digits held out (chance: 10%)', 1)


if __name__ == '__main__':
    main()
