"""The axes of inputs: what a layer expects, and words for those who bring others."""

from epynn.commons.errors import DataError, ShapeError
from epynn.commons.state import State
from epynn.kernels.arrays import ndarray

AXES = {
    'm': 'samples', 'n': 'features', 's': 'steps', 'e': 'elements', 'h': 'height', 'w': 'width',
    'd': 'depth', 'u': 'units',
}  # fmt: skip
FEATURES = ('m', 'n')
TOKENS = ('m', 's')
IMAGES = ('m', 'h', 'w', 'd')
STEPS = ('m', 's', 'e')
REMEDIES = {
    (FEATURES, 3): 'Add a Flatten layer before it; for an answer at each step, '
    'TimeDistributed([{layer}(...)]).',
    (FEATURES, 4): 'Add a Flatten layer before it.',
    (IMAGES, 2): 'Put Flatten behind it, or make images of rows of pixels: Reshape((h, w, d)).',
    (IMAGES, 3): 'Reshape images without depth to (m, h, w, 1): X[..., np.newaxis].',
    (STEPS, 2): 'After a recurrent layer, give that one sequences=True; reshape signals without '
    'elements to (m, s, 1).',
    (STEPS, 4): 'Make sequences of images, such as of their rows: Reshape((h, w * d)).',
    (TOKENS, 3): 'Pass one whole number for each token, not a row of 0 and 1: leave X_encode out.',
}
"""What may help, by the axes that are expected and the number that came."""
REMEDIES_FOR_LENGTHS = {
    (FEATURES, 3): 'Put a layer before it that reads sequences of different lengths to their '
    'end, LSTM(8) or GlobalPooling(); for an answer at each step, TimeDistributed([{layer}(...)]).',
    (STEPS, 2): 'Whole numbers stand for tokens: put Tokens(vocabulary, units) before it.',
}
"""The same where sequences have a mask."""

SINGLE = (
    'Samples lie along the first axis: X[np.newaxis] for one sample, X[:, np.newaxis] for many.'
)


def layer_check_axes(layer: State, A: ndarray) -> None:
    """Refuse an input that is no array or has other axes than the layer expects."""
    expected = layer.input_axes
    shape = getattr(A, 'shape', None)
    kind = getattr(getattr(A, 'dtype', None), 'kind', None)  # none in other libraries' arrays
    if shape is None or kind is None or hasattr(A, 'to_numpy'):
        raise ShapeError(
            layer.name, 'an array as input', f'a {type(A).__name__}', 'Convert it by np.array.'
        )
    if kind not in 'fiubc' and not layer.checks_numbers:
        raise DataError(
            layer.name, 'an array of numbers as input', f'one of type {A.dtype}',
            'Convert it by np.array(A, dtype=float), or encode words first.',
        )  # fmt: skip
    if not shape:
        raise ShapeError(
            layer.name, 'an input of samples along the first axis', 'a single number', SINGLE
        )
    if expected is not None and len(shape) != len(expected):
        axes = ', '.join(expected)
        words = ', '.join(AXES.get(axis, axis) for axis in expected)
        count = '1 axis' if len(shape) == 1 else f'{len(shape)} axes'
        remedy = REMEDIES.get((expected, len(shape)), 'Pass an array of these axes.')
        if layer.mask is not None:
            remedy = REMEDIES_FOR_LENGTHS.get((expected, len(shape)), remedy)
        remedy = remedy.format(layer=layer.name)
        remedy = SINGLE if len(shape) == 1 else remedy
        raise ShapeError(
            layer.name, f'an input of {len(expected)} axes ({axes}: {words})',
            f'{count} {tuple(shape)}', remedy,
        )  # fmt: skip
