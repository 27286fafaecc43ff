"""Networks as estimators of scikit-learn: the extra ``sklearn``."""

from epynn.estimators.classifier import EpyNNClassifier
from epynn.estimators.layers import Meta
from epynn.estimators.regressor import EpyNNRegressor
from epynn.estimators.transformer import EpyNNTransformer

__all__ = ['EpyNNClassifier', 'EpyNNRegressor', 'EpyNNTransformer', 'Meta']
