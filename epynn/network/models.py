"""The EpyNN model."""

import time
from collections.abc import Sequence

import numpy as np

import epynn.settings
from epynn.commons.arguments import describe
from epynn.commons.data_source import as_data_source
from epynn.commons.errors import ArgumentTypeError
from epynn.commons.foreign import MODEL
from epynn.commons.models import Layer
from epynn.commons.optimize import SGD
from epynn.commons.ranks import ALONE
from epynn.network.backward import loss_gradient, model_backward
from epynn.network.carrying import model_reset_states
from epynn.network.checks import check_layers
from epynn.network.confusion import model_confusion_matrix, model_plot_confusion
from epynn.network.evaluate import model_evaluate, model_predict
from epynn.network.forward import model_forward
from epynn.network.generation import model_generate
from epynn.network.history import Tally, model_best_epoch, model_history
from epynn.network.initialize import model_initialize
from epynn.network.ownership import Owner, restore_state
from epynn.network.pictures import (
    model_plot,
    model_plot_activations,
    model_plot_attention,
    model_plot_filters,
)
from epynn.network.report import model_report
from epynn.network.state import Network
from epynn.network.stopping import model_stop
from epynn.network.summary import model_repr, model_summary
from epynn.network.training import model_train, model_update_parameters


class EpyNN(Network):
    """A network: a chain of layers that learns from the data its Embedding holds.

    Parameters
    ----------
    layers : sequence of Layer
        The layers in order, an Embedding first.
    name : str, optional
        Name for the tables and files.

    Attributes
    ----------
    layers : list of Layer
        The layers.
    embedding : Embedding
        The first of them, with the data.
    name, uname : str
        The name, and the name preceded by the time, for files.
    ts : int
        When the model was made, in seconds since 1970.
    e, epochs : int
        The current epoch, and how many there are in all: those that are complete, or while
        ``train`` runs those that it was asked for.
    progress : tuple of two int
        The epoch under way, and the batches of it that are learned; -1 before it is shuffled.
    tally : Tally
        Loss and time of the batches of the epoch under way; ``tally.mean()`` is their mean loss.
    deterministic : bool
        Whether initialization was to warn where numbers could depend on the number of threads.
    metrics : dict
        ``{name: [train, val, test]}``, each a list over epochs; empty for a set that is empty. The
        loss comes last. Not a number in epochs that ``train(every=)`` did not evaluate.
    history : History
        What came of each epoch, as columns by name; ``history.to_pandas()`` makes a frame of it.
    batch_loss, seconds : list of float
        Mean loss of the samples of each epoch, as they were learned, without penalties; and the
        time that the epoch took.
    best_epoch : int or None
        The epoch of the lowest loss, or of the best value of what ``EarlyStopping`` watches.
    callbacks : tuple of Callback
        Those of the last training.
    stopped : str
        Why the last training was stopped by :meth:`stop`; empty if it was not.
    told : tuple
        Which point of the training callbacks were told of last, ``model.progress`` at that point,
        and how many were told.
    interrupted : Interrupted or None
        What a file holds of a training that the next ``train`` goes on with.
    se_hPars : dict
        The hyper-parameters, by the names in :mod:`epynn.settings`.
    network : dict
        What the dry run saw of each layer, by the layer's number: name, activations, dimensions and
        shapes.
    seed : int or None
        The seed of all random numbers.
    ranks : Ranks
        Those that share the training under way, see :mod:`epynn.parallel`.
    is_first : bool
        Whether this is the first rank of the last training: the one that shows, plots and writes.
    carried : list of dict
        What each layer carried at the end of the last ``predict``, those inside others included;
        empty after ``reset_states``.
    initialized : bool
        Whether the model was initialized.
    prepared : list of list of Layer
        The layers that were initialized, each followed by the layers inside it.
    owner : Owner
        What stands for the network in the layers that it initialized.
    training_loss : function
        The loss.
    reduction : str
        ``'sum'`` or ``'mean'`` of the gradients over the batch.
    class_weights : dict
        Weight of each label in the loss, by the labels in ``dset.y``; those not in it weigh 1.

    Examples
    --------
    >>> X, y = np.random.default_rng(0).standard_normal((60, 5)), np.arange(60) % 3
    >>> model = EpyNN([Embedding(X, y, Y_encode=True), Dense(16, relu), Dense(3, softmax)])
    >>> model.initialize(loss='CCE', seed=1, verbose=False)
    >>> model.train(epochs=10, verbose=0)
    >>> model.predict(X[:2]).A.shape
    (2, 3)
    """

    elsewhere = MODEL
    by_position = 'All layers go into one list: EpyNN([Embedding(X, Y), Dense(10)]).'

    initialize = model_initialize
    train = model_train
    stop = model_stop
    forward = model_forward
    loss_gradient = loss_gradient
    backward = model_backward
    update_parameters = model_update_parameters
    evaluate = model_evaluate
    predict = model_predict
    reset_states = model_reset_states
    generate = model_generate
    confusion_matrix = model_confusion_matrix
    report = model_report
    history = property(model_history)
    best_epoch = property(model_best_epoch)
    __repr__ = model_repr
    summary = model_summary
    plot = model_plot
    plot_filters = model_plot_filters
    plot_activations = model_plot_activations
    plot_attention = model_plot_attention
    plot_confusion = model_plot_confusion
    __setstate__ = restore_state

    def __init__(self, layers: Sequence[Layer], name: str = 'EpyNN') -> None:
        self.layers = check_layers(layers)
        self.embedding = as_data_source(self.layers[0])
        if not isinstance(name, str):
            raise ArgumentTypeError('EpyNN.name', 'a string', describe(name), "Write name='...'.")
        self.name = name
        self.ts = int(time.time())
        self.uname = f'{self.ts}_{name}'
        self.se_hPars = dict(epynn.settings.se_hPars)
        self.seed = None
        self.np_rng = np.random.default_rng()
        self.dtype = np.dtype(np.float64)
        self.reduction = 'sum'
        self.optimizer = SGD()
        self.positive_label = 1
        self.class_weights = {}
        self.training_loss = None
        self.metrics_functions = {}
        self.metrics = {}
        self.network = {}
        self.e = 0
        self.epochs = 0
        self.progress = (0, -1)
        self.tally = Tally()
        self.batch_loss = []
        self.seconds = []
        self.callbacks = ()
        self.stopped = ''
        self.told = '', self.progress, 0
        self.interrupted = None
        self.schedule_memory = {}
        self.deterministic = False
        self.prepared = []
        self.carried = []
        self.owner = Owner(self)
        self.initialized = False
        self.warned = set()
        self.ranks, self.is_first = ALONE, True
