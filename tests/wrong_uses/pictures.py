"""Wrong uses of the plots: too early, of the wrong layer, or to the wrong place."""

from networks import make_classifier, quiet

from epynn.commons.errors import ArgumentError, ArgumentTypeError, ShapeError, StateError
from epynn.convolution.models import Convolution
from wrong_uses.shared import IMAGES, Wrong, X, make_images


def trained():
    model = quiet(make_classifier())
    model.train(1, 0)
    return model


ROWS = [
    Wrong('plot at once', lambda: make_classifier().plot(pyplot=False), StateError, 'plot',
          'a network with at least one epoch', 'none', 'Call train() first'),
    Wrong('plot before training', lambda: quiet(make_classifier()).plot(pyplot=False), StateError,
          'plot', 'a network with at least one epoch', 'none', 'Call train() first'),
    Wrong('plot to no folder', lambda: trained().plot(False, 'nowhere/x.png'), ArgumentError,
          'path', 'a file in a folder that exists', "'nowhere/x.png'", 'Make'),
    Wrong('plot to a folder', lambda: trained().plot(False, '.'), ArgumentError, 'path',
          'a file in a folder that exists', "'.'", 'Name a file in it'),
    Wrong('plot to an unknown format', lambda: trained().plot(False, 'x.docx'), ArgumentError,
          'path', 'a name that ends in one of', "'x.docx'", "For example 'x.png'"),
    Wrong('plot to a number', lambda: trained().plot(False, 3), ArgumentError, 'path',
          'the path of a file', '3 (int)', 'Pass a string or a Path'),
    Wrong('plot to an empty name', lambda: trained().plot(False, ''), ArgumentError, 'path',
          'the path of a file', "'' (str)", 'Pass a string or a Path'),
    Wrong('plot with a path for pyplot', lambda: trained().plot('x.png'), ArgumentTypeError,
          'EpyNN.plot(pyplot)', 'True or False', "'x.png' (str)", 'Pass one of the two'),
    Wrong('filters at once', lambda: make_images(False).plot_filters(1, False), StateError,
          'EpyNN.plot_filters', 'an initialized network', 'one that is not',
          'Call initialize() or train() first'),
    Wrong('filters of a Dense', lambda: make_images().plot_filters(3, False), ArgumentError,
          'EpyNN.plot_filters(layer)', 'a layer with filters W (fh, fw, d, u)', 'layer 3, Dense',
          'Choose a Convolution layer'),
    Wrong('filters of an Embedding', lambda: make_images().plot_filters(0, False), ArgumentError,
          'EpyNN.plot_filters(layer)', 'a layer with filters W (fh, fw, d, u)',
          'layer 0, Embedding', 'Choose a Convolution layer'),
    Wrong('filters of layer 9', lambda: make_images().plot_filters(9, False), ArgumentError,
          'layer', 'a layer of the network or its number, 0 to 3', '9 (int)',
          'See model.summary() for the numbers'),
    Wrong('filters of a name', lambda: make_images().plot_filters('Convolution', False),
          ArgumentError, 'layer', 'a layer of the network or its number, 0 to 3',
          "'Convolution' (str)", 'See model.summary() for the numbers'),
    Wrong('filters of a class', lambda: make_images().plot_filters(Convolution, False),
          ArgumentError, 'layer', 'a layer of the network or its number, 0 to 3',
          'Convolution (class)', 'See model.summary() for the numbers'),
    Wrong('filters of another layer', lambda: make_images().plot_filters(Convolution(2), False),
          ArgumentError, 'layer', 'a layer of the network or its number, 0 to 3',
          'Convolution(', 'See model.summary() for the numbers'),
    Wrong('filters to no folder', lambda: make_images().plot_filters(1, False, 'nowhere/x.png'),
          ArgumentError, 'path', 'a file in a folder that exists', "'nowhere/x.png'", 'Make'),
    Wrong('maps at once', lambda: make_images(False).plot_activations(IMAGES, 1, False), StateError,
          'EpyNN.plot_activations', 'an initialized network', 'one that is not',
          'Call initialize() or train() first'),
    Wrong('maps of a Dense', lambda: make_images().plot_activations(IMAGES, 3, False), ShapeError,
          'EpyNN.plot_activations(layer)', 'a layer with feature maps (m, oh, ow, u)',
          'layer 3, Dense, with output (6, 3)', 'Choose a Convolution or Pooling'),
    Wrong('maps of rows', lambda: make_images().plot_activations(X, 1, False), ShapeError,
          'Convolution, layer 1', 'an input of 4 axes (m, h, w, d: samples', '2 axes (6, 4)',
          'Put Flatten behind it, or make'),
    Wrong('maps of no images', lambda: make_images().plot_activations(IMAGES[:0], 1, False),
          ShapeError, 'EpyNN.plot_activations(X)', 'at least one sample',
          'an array of shape (0, 8, 8, 1)', 'Pass samples along the first axis'),
    Wrong('maps of a number', lambda: make_images().plot_activations(3, 1, False), ShapeError,
          'EpyNN.plot_activations(X)', 'at least one sample', '3 (int)',
          'Pass samples along the first axis'),
]  # fmt: skip
