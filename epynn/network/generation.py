"""Generation: a network that gives the next token goes on with a text, token after token."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from epynn.commons.arguments import as_float, as_int
from epynn.commons.calls import in_words
from epynn.commons.errors import DataError, LabelError, LayerError, ShapeError
from epynn.commons.io.labels import one_hot
from epynn.commons.maths.floating import rounds_to_zero
from epynn.commons.models import Layer, walk_layers
from epynn.kernels.arrays import ndarray
from epynn.kernels.blas import BlasOnOneThread
from epynn.network.finiteness import require_finite
from epynn.network.forward import pass_through
from epynn.network.ownership import require_initialized
from epynn.network.state import Network


@in_words('EpyNN.generate', 'Write model.generate(prompt, steps).')
@rounds_to_zero
def model_generate(
    model: Network,
    prompt: Any,
    steps: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int | None = None,
) -> Any:
    """Go on with a sequence of tokens: draw the next one from the outputs, read it, and so on.

    The network gives a probability for each token to come next, ``(m, v)``, or does so at each
    step, ``(m, s, v)``. Its layers read the prompt once, and then one token at a time: they carry
    what they need of the steps before. Nothing about the model changes.

    Parameters
    ----------
    prompt : str, list or array
        Tokens, at least one, as those given to the Embedding with ``X_encode=True``; or whole
        numbers, for a layer Tokens. Or a list of several such prompts, of any lengths: an item that
        is a token is one, and not a prompt.
    steps : int
        How many tokens to generate.
    temperature : float, optional
        1 draws by the probabilities that the network gives, less prefers those that are likely,
        more evens them out: ``P ^ (1 / temperature)``, scaled to a sum of 1. 0 takes the likeliest.
    top_k : int, optional
        Draw from the `top_k` likeliest tokens alone. None for all.
    seed : int, optional
        The random numbers are those of ``np.random.default_rng(seed)``, one a prompt and token.
        None for other ones each time.

    Returns
    -------
    str, list or array
        What follows the prompt, in the same kind; for several prompts a list, or an array, of it.

    Raises
    ------
    LayerError
        If a layer cannot read a sequence token by token, as steps of it see later ones.
    LabelError, ShapeError
        If the outputs are not one probability for each token.
    DataError
        If the prompt holds a token that the Embedding never saw, or none.
    """
    require_initialized(model, 'generate')
    steps = as_int(steps, 'EpyNN.generate(steps)')
    temperature = as_float(temperature, 'EpyNN.generate(temperature)', low=0)
    top_k = None if top_k is None else as_int(top_k, 'EpyNN.generate(top_k)')
    seed = None if seed is None else as_int(seed, 'EpyNN.generate(seed)', minimum=0)
    rng = np.random.default_rng(seed)
    require_turns(model.layers)
    tokens, numbers = find_tokens(model)
    single = isinstance(prompt, str) or all(is_token(model, item) for item in prompt)
    prompts = [prompt] if single else list(prompt)
    X, mask = read_prompts(model, prompts)
    layers = [layer.twin() for layer in model.layers]
    for layer in walk_layers(layers):
        layer.carries, layer.carried = True, {}

    columns: list[ndarray] = []
    with BlasOnOneThread(), np.errstate(all='ignore'):  # what is not finite is refused
        while len(columns) < steps:
            A = last_outputs(pass_through(layers, X, mask=mask), mask)
            columns.append(draw(temper(A, temperature, top_k), rng))
            X, mask = numbers[columns[-1]][:, np.newaxis], None  # (m, 1)
            if model.embedding.e2i:
                X = one_hot(X, len(model.embedding.e2i))  # (m, 1, e)
    texts = [
        as_given([tokens[j] for j in row], like)
        for row, like in zip(np.stack(columns, axis=1).tolist(), prompts, strict=True)
    ]
    if single:
        return texts[0]
    return np.array(texts) if isinstance(prompt, np.ndarray) else texts


def require_turns(layers: Sequence[Layer]) -> None:
    """Refuse layers that cannot read a sequence step by step."""
    for number, outer in enumerate(layers):
        for layer in [] if outer.in_turn() else walk_layers([outer]):
            if not layer.in_turn() and all(inner.in_turn() for inner in layer.children()):
                raise LayerError(
                    'EpyNN.generate', 'layers that read sequences step by step',
                    f'{layer!r} in layer {number}, whose output at a step may depend on later ones',
                    'Leave it out. LSTM(8, sequences=True), Attention(4, causal=True) and '
                    'TimeDistributed(Dense(8)) are among those that can; in a class of yours that '
                    'can, too, say steps_in_turn = True.',
                )  # fmt: skip


def find_tokens(model: Network) -> tuple[list[Any], ndarray]:
    """Return the token of each column of the output, and the number by which it is read in."""
    embedding = model.embedding
    samples, outputs = (model.network[i]['forward'] for i in (0, len(model.layers) - 1))
    if not embedding.e2i and len(samples['X']) != 2:
        raise ShapeError(
            'EpyNN.generate', 'a network that reads tokens',
            f'samples of shape (m, {", ".join(map(str, samples["X"][1:]))}) of numbers',
            'Make the Embedding with X_encode=True, or of whole numbers for a layer Tokens.',
        )  # fmt: skip
    v = outputs['A'][-1]
    tokens = list(embedding.e2i or range(v)) if embedding.classes is None else embedding.classes
    unread = [token for token in tokens if not is_token(model, token)]
    if len(tokens) != v or unread:
        raise LabelError(
            'EpyNN.generate', 'an output for each token to come next',
            f'labels such as {unread[0]!r}, which is none' if unread
            else f'{v} outputs for {len(tokens)} tokens',
            'Train on the next token of each step, or of each sequence, as its label.',
        )  # fmt: skip
    return tokens, np.array([embedding.e2i.get(token, token) for token in tokens])


def is_token(model: Network, item: Any) -> bool:
    """Return whether something is a token of the network, rather than a sequence of them."""
    if model.embedding.e2i:
        return isinstance(item, Hashable) and item in model.embedding.e2i
    return isinstance(item, int | np.integer) and not isinstance(item, bool)


def read_prompts(model: Network, prompts: list[Any]) -> tuple[ndarray, ndarray | None]:
    """Return prompts as the network reads them, padded to one length, and their mask."""
    try:
        return model.embedding.encode(prompts, bool(model.embedding.e2i), False)
    except DataError as error:
        where = error.where.replace('X_data', 'EpyNN.generate(prompt)')
        raise DataError(where, error.expected, error.got, error.remedy) from None


def last_outputs(A: ndarray, mask: ndarray | None) -> ndarray:
    """Return the probabilities behind the last real step of each sequence: ``-> (m, v)``."""
    require_finite(A, 'finite outputs', 'generate')
    if A.ndim == 3:
        steps = np.arange(A.shape[1])
        last = np.full(len(A), steps[-1]) if mask is None else np.max(steps * mask, axis=1)
        A = A[np.arange(len(A)), last]
    if A.min() < 0 or np.any(np.abs(A.sum(axis=1) - 1) > 1e-3):
        raise LabelError(
            'EpyNN.generate', 'outputs that are probabilities of tokens', 'others',
            'End the network by Dense(v, softmax), and train it with the loss CCE or ICCE.',
        )  # fmt: skip
    return A


def temper(A: ndarray, temperature: float, top_k: int | None) -> ndarray:
    """Return the probabilities to draw from: ``A ^ (1 / temperature)`` of the likeliest tokens."""
    if temperature == 0:
        temperature, top_k = 1, 1
    logs = np.log(A.astype(np.float64)) / temperature
    P = np.exp(logs - logs.max(axis=1, keepdims=True))
    unlikely = np.argsort(-P, axis=1, kind='stable')[:, top_k or P.shape[1] :]
    np.put_along_axis(P, unlikely, 0, axis=1)
    scaled: ndarray = P / P.sum(axis=1, keepdims=True)
    return scaled


def draw(P: ndarray, rng: 'np.random.Generator') -> ndarray:
    """Draw a column for each row of probabilities: the first at which their sum exceeds ``r``."""
    sums = np.cumsum(P, axis=1)
    r = rng.random((len(P), 1)) * sums[:, -1:]
    columns: ndarray = np.sum(sums <= r, axis=1)
    return columns


def as_given(tokens: list[Any], like: Any) -> Any:
    """Return tokens as a prompt was given: text, an array, or a list."""
    if isinstance(like, str):
        return ''.join(tokens)
    return np.array(tokens) if isinstance(like, np.ndarray) else tokens
