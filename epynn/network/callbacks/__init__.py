"""What hears of a training: the base of callbacks, and those that are bundled."""

from epynn.network.callbacks.batch_bar import BatchBar
from epynn.network.callbacks.callback import Callback
from epynn.network.callbacks.checkpoint import Checkpoint
from epynn.network.callbacks.csv_logger import CSVLogger
from epynn.network.callbacks.early_stopping import EarlyStopping
from epynn.network.callbacks.tensorboard import TensorBoard

__all__ = ['BatchBar', 'CSVLogger', 'Callback', 'Checkpoint', 'EarlyStopping', 'TensorBoard']
