"""The metrics that go by name; see :mod:`epynn.commons.metrics`."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias, overload

from epynn.commons.arguments import check_call, function_named, refuse_class
from epynn.commons.metrics.ratios import AVERAGES, RATIOS, Average, accuracy, hamming_loss
from epynn.commons.metrics.scores import R2, RMSE, ROC_AUC

MetricFunction: TypeAlias = Callable[..., float]

_METRICS: Mapping[str, MetricFunction] = MappingProxyType({
    **{f.__name__: f for f in (accuracy, *RATIOS, ROC_AUC, R2, RMSE, hamming_loss)},
    **{f'{f.__name__}_{average}': Average(f, average) for f in RATIOS for average in AVERAGES},
})  # fmt: skip


@overload
def metrics_functions(key: None = None) -> dict[str, MetricFunction]: ...
@overload
def metrics_functions(key: str | MetricFunction) -> MetricFunction: ...
def metrics_functions(
    key: str | MetricFunction | None = None,
) -> dict[str, MetricFunction] | MetricFunction:
    """Return a metric by name, or all of them.

    Parameters
    ----------
    key : str or callable, optional
        A name, or a function ``f(Y, A)``, which is returned as it is.

    Returns
    -------
    callable or dict
        The metric; a new dict of all of them by name where no key is given.

    Raises
    ------
    ArgumentError
        The name is unknown; the message lists those that are known.
    ArgumentTypeError
        It is a class, such as TopK, where an object is needed, TopK(5).
    """
    if key is None:
        return dict(_METRICS)
    refuse_class(key, 'metrics', 'a metric')
    metric: MetricFunction = function_named('metrics', _METRICS, key)
    check_call(metric, 'metrics', 'f(Y, A), a metric', 2)
    return metric


def decides(metric: MetricFunction) -> bool:
    """Return whether a metric of the library is about decisions, not the outputs themselves."""
    function = metric.func if isinstance(metric, partial) else metric
    return isinstance(function, Average) or function in (accuracy, hamming_loss, *RATIOS)
