"""Export networks of PyTorch and Keras that take long to export; run by hand, for `recorded/`.

``KERAS_BACKEND=torch PYTHONPATH=tests/interchange python tests/interchange/record_onnx.py``
"""

from pathlib import Path

import keras
import numpy as np
import onnx
import torch
from test_read_onnx_of_others import make_module

FOLDER = Path(__file__).parent / 'recorded'


def record_torch():
    """Record what the exporter of PyTorch writes that is the default of version 2.9."""
    module, X = make_module('resnet')
    path = FOLDER / 'torch_dynamo.onnx'
    free = ({0: torch.export.Dim('m')},)
    torch.onnx.export(module, (X,), str(path), dynamo=True, dynamic_shapes=free, verbose=False)
    file = onnx.load(path, load_external_data=False)
    for node in file.graph.node:
        del node.metadata_props[:]
    del file.graph.value_info[:]
    path.write_bytes(file.SerializeToString())
    np.savez(FOLDER / 'torch_dynamo.npz', X=X.numpy(), A=module(X).detach().numpy())


def record_keras():
    """Record what ``model.export`` of Keras writes, by way of PyTorch."""
    layers, rng = keras.layers, np.random.default_rng(0)
    network = keras.Sequential([
        keras.Input((8, 8, 2)), layers.Conv2D(4, 3, padding='same'), layers.BatchNormalization(),
        layers.Activation('relu'), layers.MaxPooling2D(), layers.Dropout(0.3),
        layers.Conv2D(6, 3, strides=2, padding='same', activation='silu'),
        layers.AveragePooling2D(2, padding='same'), layers.Flatten(), layers.Dense(3),
    ])  # fmt: skip
    for weight in network.weights:
        positive = 'variance' in weight.path
        weight.assign(0.3 * rng.normal(size=weight.shape) ** (2 if positive else 1) + positive)
    X = rng.normal(size=(3, 8, 8, 2)).astype(np.float32)
    A = network.predict(X, verbose=0)
    network.export(str(FOLDER / 'keras.onnx'), format='onnx', verbose=False)
    np.savez(FOLDER / 'keras.npz', X=X, A=A)


if __name__ == '__main__':
    FOLDER.mkdir(exist_ok=True)
    record_torch()
    record_keras()
