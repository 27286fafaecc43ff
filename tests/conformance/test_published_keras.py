"""Keras's own tests, read from the installed package: its expected values, computed by ours.

The names that a test of Keras takes from Keras stand for ours while it runs. What has no
counterpart, or is on Keras alone, is counted by its reason.
"""

import importlib
import unittest
from collections import Counter
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from conformance.keras_layers import NAMES
from conformance.keras_words import REASONS, NotMapped, calls

from epynn.commons.errors import EpynnError

pytestmark = pytest.mark.filterwarnings('ignore')  # those of Keras's tests are Keras's

MODULES = {
    'losses.losses_test': 43,
    'optimizers.sgd_test': 3,
    'optimizers.rmsprop_test': 3,
    'optimizers.adagrad_test': 4,
    'optimizers.adam_test': 4,
    'optimizers.adamw_test': 4,
    'activations.activations_test': 19,
    'layers.convolutional.conv_test': 7,
    'layers.convolutional.conv_transpose_test': 2,
    'layers.pooling.max_pooling_test': 5,
    'layers.pooling.average_pooling_test': 6,
    'layers.pooling.global_max_pooling_test': 3,
    'layers.pooling.global_average_pooling_test': 2,
    'layers.rnn.simple_rnn_test': 1,
    'layers.rnn.lstm_test': 2,
    'layers.rnn.gru_test': 2,
    'layers.normalization.group_normalization_test': 1,
    'layers.normalization.rms_normalization_test': 1,
    'metrics.accuracy_metrics_test': 2,
    'metrics.confusion_metrics_test': 4,
    'metrics.regression_metrics_test': 3,
}
"""Modules with expected values, and how many of their cases agree at least."""


class Ours(SimpleNamespace):
    """A module of Keras in which there is ours alone."""

    def __getattr__(self, name):
        raise NotMapped('none here')


def refuse(reason):
    def method(*arguments, **options):
        raise NotMapped(reason)

    return method


def run(case, module):
    """Return nothing where a test of Keras agrees, a reason, or how it does not."""
    places = {name: Ours(**ours) for name, ours in NAMES.items() if hasattr(module, name)}
    for ours in NAMES.values():
        places |= {name: made for name, made in ours.items() if name in vars(module)}
    before = calls['ours']
    methods = {
        'run_class_serialization_test': refuse('settings'), 'run_layer_test': refuse('settings'),
        'assertDType': refuse('types'),
    }  # fmt: skip
    with mock.patch.multiple(module, **places), mock.patch.multiple(case, **methods):
        np.random.seed(0)  # noqa: NPY002  which those tests draw from
        try:
            case.debug()
        except NotMapped as error:
            return str(error)
        except EpynnError:
            return 'refused'
        except (unittest.SkipTest, pytest.skip.Exception):
            return 'skipped there'
        except AssertionError as error:
            about_words = 'not raised' in str(error) or 'does not match' in str(error)
            return 'errors' if about_words else str(error)
        except ValueError as error:
            return 'settings' if 'Could not interpret' in str(error) else str(error)
    return '' if calls['ours'] > before else 'nothing of ours'


@pytest.mark.parametrize('name', MODULES)
def test_the_expected_values_of_keras_are_ours(keras, name):
    with mock.patch.object(pytest.mark, '_config', None):  # it has marks of its own
        module = importlib.import_module(f'keras.src.{name}')
    cases = [
        case for suite in unittest.defaultTestLoader.loadTestsFromModule(module) for case in suite
    ]
    outcomes = {case.id().split('.', 3)[-1]: run(case, module) for case in cases}
    wrong = {key: text for key, text in outcomes.items() if text and text not in REASONS}
    assert not wrong
    count = Counter(outcomes.values())
    assert count[''] >= MODULES[name], count
