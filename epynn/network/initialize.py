"""Initialization of the network: settings, random streams, parameters by a dry run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import as_choice, as_flag, as_int, check_call, describe
from epynn.commons.calls import in_words
from epynn.commons.errors import ArgumentTypeError, DataError
from epynn.commons.loss import loss_functions
from epynn.commons.memory import enough_memory
from epynn.commons.models import walk_layers
from epynn.commons.optimize import Optimizer, make_optimizer
from epynn.commons.strays import require_composites
from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.carrying import model_reset_states
from epynn.network.checks import check_dtype, check_network
from epynn.network.dry_run import dry_run
from epynn.network.hints import (
    list_settings,
    warn_of_lost_settings,
    warn_of_threads,
    warn_of_unknown_hyperparameters,
)
from epynn.network.history import Tally
from epynn.network.hyperparameters import choose_hyperparameters, give_settings
from epynn.network.learning_rates import schedule_rates
from epynn.network.ownership import AtWork, collect_layers, take_layers
from epynn.network.reported_metrics import DEFAULT_METRICS, collect_metrics
from epynn.network.sample_weights import resolve_class_weight
from epynn.network.state import Network


@in_words('EpyNN.initialize')
def model_initialize(
    model: Network,
    loss: str | Callable[..., ndarray] = 'MSE',
    se_hPars: Mapping[str, Any] | None = None,
    metrics: Sequence[str | Callable[..., float]] = DEFAULT_METRICS,
    seed: int | None = None,
    params: bool = True,
    end: str = '\n',
    reduction: str = 'sum',
    dtype: Any = np.float64,
    optimizer: str | Optimizer = 'SGD',
    positive_label: int = 1,
    verbose: bool = True,
    class_weight: Mapping[Any, float] | str | None = None,
    deterministic: bool = False,
    learning_rate: float | None = None,
) -> None:
    r"""Prepare the network: draw parameters, shuffle, and pass one batch forward and backward.

    Parameters
    ----------
    loss : str or function, optional
        ``'MSE'``, ``'MAE'``, ``'MSLE'``, ``'Huber'``, ``'BCE'``, ``'CCE'``, ``'ICCE'``,
        ``'Hinge'``, an object such as ``LabelSmoothing(CCE, 0.1)``, or your own function
        ``f(Y, A, deriv=False)``.
    se_hPars : dict, optional
        Hyper-parameters by the names in :mod:`epynn.settings`; missing ones take their defaults.
        None for those of the script's own ``settings.py``, or the defaults.
    metrics : sequence of str or function, optional
        Names of metrics or losses to report besides the loss, or functions ``f(Y, A)``. Where
        targets are amounts, of which none is right or wrong, the default is ``['RMSE']`` instead.
    seed : int, optional
        Seed ``s`` of all random numbers: the model draws from ``default_rng(s)``, layer ``i`` from
        ``default_rng(s + 1 + i)``. None for fresh entropy in each.
    params : bool, optional
        False to keep the parameters that the layers have. Give the other settings again: those
        left out take their defaults, and a warning names what the layers were trained with.
    end : str, optional
        End of each line of the dry run; ``'\r'`` writes each over the one before.
    reduction : str, optional
        ``'sum'``: gradients are summed over the batch. ``'mean'``: they are averaged, so that the
        learning rate does not depend on the batch size.
    dtype : data type, optional
        ``float64`` or ``float32``, for parameters and all that is computed.
    optimizer : str or Optimizer, optional
        ``'SGD'``, ``'Momentum'``, ``'Nesterov'``, ``'RMSprop'``, ``'Adagrad'``, ``'Adam'``,
        ``'AdamW'``, or an object with settings of its own: ``Adam(beta1=0.8, clip_norm=1)``. The
        learning rate comes from the schedule.
    positive_label : int, optional
        0 or 1: the class that precision, recall and the like are about, with two classes.
    verbose : bool, optional
        False to print nothing.
    class_weight : dict or 'balanced', optional
        What each class weighs in the loss, ``{label: weight}`` by the labels given to the
        Embedding; labels left out weigh 1. ``'balanced'``: ``m / (k count)`` for each of the k
        labels in the training set, as in scikit-learn, so that all classes weigh the same. Weights
        multiply the loss of each sample, in the gradients and in the reported loss of every set;
        the mean is still over the number of samples, as in Keras; torch divides by the sum of the
        weights instead.
    deterministic : bool, optional
        Changes nothing: the same numbers come out on any number of threads, always. True warns
        where that cannot be promised, as NumPy multiplies by a library that cannot be kept to one
        thread.
    learning_rate : float, optional
        Short for ``se_hPars={'learning_rate': ...}``. None for the one of `se_hPars`.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If a setting is not one of those above.
    DataError, LabelError
        If there are no data, or the labels do not fit the output of the network.
    LayerError
        If `layers` changed, and make no network.
    ShapeError
        If a layer cannot take what the layer before it gives.
    StateError
        If a layer belongs to another network that is training, in another thread.

    Notes
    -----
    Layers belong to the network that initialized them last. Another network that was given one of
    them refuses to go on, and says so. Only the Embedding may serve several: those before keep its
    data and the state they had.
    """
    model.initialized = False
    check_network(model)
    verbose = as_flag(verbose, 'EpyNN.initialize(verbose)')
    params = as_flag(params, 'EpyNN.initialize(params)')
    if loss is None:
        raise ArgumentTypeError(
            'loss', 'a function or a name', describe(loss), "For example loss='MSE'."
        )
    model.training_loss = loss_functions(loss)
    check_call(model.training_loss, 'loss', 'f(Y, A, deriv=False), a loss', 2, 'deriv')
    model.se_hPars = choose_hyperparameters(se_hPars, learning_rate)
    own = (layer.se_hPars for layer in walk_layers(model.layers))
    warn_of_unknown_hyperparameters(model, [model.se_hPars, *own])
    model.seed = None if seed is None else as_int(seed, 'EpyNN.initialize(seed)', minimum=0)
    model.reduction = as_choice(reduction, 'EpyNN.initialize(reduction)', ('sum', 'mean'))
    model.positive_label = as_int(positive_label, 'EpyNN.initialize(positive_label)', minimum=0)
    model.dtype = check_dtype(dtype)
    model.optimizer = make_optimizer(optimizer)
    model.metrics_functions = collect_metrics(model, metrics)
    model.metrics = {name: [[], [], []] for name in model.metrics_functions}
    model.deterministic = as_flag(deterministic, 'EpyNN.initialize(deterministic)')
    if model.deterministic:
        warn_of_threads()
    model.e = model.epochs = 0
    model.progress, model.tally = (0, -1), Tally()
    model.batch_loss, model.seconds = [], []
    model.callbacks, model.stopped = (), ''
    model.told, model.interrupted = ('', model.progress, 0), None
    model.schedule_memory = {}
    model.network = {}

    if not model.embedding.dtrain.active and model.embedding.batch_function is None:
        raise DataError(
            'Embedding.X_data', 'training samples', 'none', 'Pass X_data and Y_data to it.'
        )
    model.class_weights = resolve_class_weight(model, class_weight)

    prepare_layers(model, params, end, verbose)


def prepare_layers(model: Network, params: bool, end: str, verbose: bool) -> None:
    """Give the layers settings, streams and parameters, and pass a batch through them."""
    with AtWork(model.owner):
        if not params:
            warn_of_lost_settings(model)
        take_layers(model)
        give_settings(model)
        for layer in model.layers:
            if params:
                layer.p = {}
            else:
                layer.cast_parameters()
        everyone = list(walk_layers(model.layers))
        schedule_rates(model)
        seed_generators(model)
        model_reset_states(model)
        model.embedding.training_batches(init=True)
        remedy = 'Choose a smaller batch_size in the Embedding, or smaller layers.'
        memory = enough_memory('EpyNN.initialize', 'memory for the layers and a batch', remedy)
        with BlasOnOneThread(), memory:
            dry_run(model, end, verbose)
        require_composites(model.layers, everyone)  # some make layers when they see their input
        model.prepared = collect_layers(model)
        model.owner.settings = list_settings(model)
        model.initialized = True


def seed_generators(model: Network) -> None:
    """Give the model and each layer a random stream of its own.

    Layers made of layers pass streams on, see :class:`epynn.commons.composite.Composite`.
    """
    seed = model.seed
    model.np_rng = np.random.default_rng(seed)
    for i, layer in enumerate(model.layers):
        layer.np_rng = np.random.default_rng(None if seed is None else seed + 1 + i)
