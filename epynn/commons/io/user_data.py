"""Whatever the user brings, as one array or one list: nothing dropped, filled or read by chance.

Frames and series of any library (pandas, polars and their kin) are known by what they can do:
``to_numpy``, and a frame by its ``columns``. None of these libraries is imported.
"""

import re
from collections.abc import Iterator, Mapping, MappingView, Set
from typing import Any

import numpy as np

from epynn.commons.errors import DataError
from epynn.kernels.arrays import ndarray

EXACT = 2**53
"""The largest magnitude up to which float64 holds every whole number."""
ONE_SHAPE = (
    'Bring them to one shape. Sequences of different lengths go to the Embedding as they are.'
)
PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None), np.float64, np.int64})
"""Types of single values, which hold no others."""


def as_array(data: Any, name: str) -> ndarray:
    """Return data as an array of the machine's byte order; an array stays the same object.

    Parameters
    ----------
    data : array_like
        An array of any library, a list, a frame or series.
    name : str
        The argument, for the errors.

    Raises
    ------
    DataError
        It has no order of samples (a set, dict or generator), cannot be read, is ragged, masked,
        sparse or has named fields, or a value of a series is missing.
    """
    if type(data) is not np.ndarray or data.dtype.names is not None:
        refuse(data, name)
        if is_frame(data):
            parts = [as_array(series, where) for series, where in frame_columns(data, name)]
            data = stack_columns(data, parts)
        else:
            data = read_array(data, name)
    array: ndarray = data
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder('='))


def as_list(data: Any, name: str) -> list[Any]:
    """Return samples or labels as a list, with Python scalars in place of NumPy's.

    The rows of a frame are lists. Unlike an array, a list leaves every value its own type. Data
    without items raise a TypeError, what :func:`as_array` refuses a DataError.
    """
    refuse(data, name)
    items: list[Any]
    if is_frame(data):
        columns = [as_list(series, where) for series, where in frame_columns(data, name)]
        items = [list(row) for row in zip(*columns, strict=True)]
    elif hasattr(data, 'to_numpy') and hasattr(data, 'to_list'):
        items = data.to_list()
        refuse_missing(items, name)
    elif hasattr(data, 'tolist') and not is_time(data):
        items = list(data.tolist())
    elif hasattr(data, '__iter__'):
        items = list(data)
    else:
        items = list(as_array(data, name).tolist())
    return [as_scalar(item, name) if isinstance(item, np.generic) else item for item in items]


def as_scalar(item: Any, name: str) -> Any:
    """Return a scalar of NumPy as one of Python, or refuse what would become another value."""
    value, it = item.item(), spell(name)
    if isinstance(item, (np.datetime64, np.timedelta64)) and isinstance(value, int):
        unit = 'datetime64[us]' if isinstance(item, np.datetime64) else 'timedelta64[us]'
        raise DataError(
            name, 'values that Python has, too', f'{item!r}',
            f'Write them as text, {it}.astype(str), or make them coarser: '
            f"{it}.astype('{unit}').",
        )  # fmt: skip
    if isinstance(value, np.floating):  # longdouble has no Python type
        value = float(value)
        if value != item:
            raise DataError(
                name, 'numbers that float64 holds', f'{item!r}', f'Round them: {it}.astype(float).'
            )
    return value


def is_frame(data: Any) -> bool:
    """Return whether data are a table with named columns."""
    return hasattr(data, 'to_numpy') and hasattr(data, 'columns')


def is_time(data: Any) -> bool:
    """Return whether data are an array of dates or spans of time."""
    return getattr(getattr(data, 'dtype', None), 'kind', '') in ('m', 'M')


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, NaT, or one that does not know whether it is itself."""
    try:
        return value is None or value is np.ma.masked or bool(value != value)
    except ValueError:  # an array
        return False
    except TypeError:  # pandas.NA
        return True


def frame_columns(frame: Any, name: str) -> list[tuple[Any, str]]:
    """Return the columns of a frame, each with the words that name it in errors."""
    if hasattr(frame, 'items'):  # of pandas, where a name may stand twice
        pairs = list(frame.items())
    else:
        pairs = [(label, frame[label]) for label in frame.columns]
    return [(series, f'{name}, column {label!r}') for label, series in pairs]


def stack_columns(frame: Any, parts: list[ndarray]) -> ndarray:
    """Lay columns side by side; those of one type may lie so in the frame already."""
    if len({part.dtype for part in parts}) == 1:
        whole: ndarray = np.asarray(frame.to_numpy())
        if whole.dtype == parts[0].dtype:
            return whole
    if any(part.dtype.kind not in 'fiub' for part in parts):
        parts = [part.astype(object) for part in parts]
    return np.column_stack(parts) if parts else np.empty((len(frame), 0))


def read_array(data: Any, name: str) -> ndarray:
    """Return an array, list, series or anything that offers itself to NumPy as an array."""
    try:
        array = np.asarray(data.to_numpy() if hasattr(data, 'to_numpy') else data)
        if array.dtype == object and array.ndim == 0 and hasattr(data, '__dlpack__'):
            return np.from_dlpack(data)
        if array.dtype == object and str(getattr(data, 'dtype', 'object')) != 'object':
            # A series whose type NumPy lacks: words, categories, numbers some of which may miss
            values = array.tolist()
            refuse_missing(values, name)
            return np.asarray(values)
    except (ValueError, TypeError, RuntimeError, BufferError) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(data, name, error) from None
    if isinstance(data, (list, tuple)) and array.dtype.kind == 'f':
        refuse_rounding(data, array, name)
    return array


def unreadable(data: Any, name: str, error: Exception) -> DataError:
    """Return the error for what NumPy cannot make an array of."""
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    steps = '.detach()' * bool(getattr(first, 'requires_grad', False))
    steps += '.cpu()' * (getattr(getattr(first, 'device', None), 'type', 'cpu') != 'cpu')
    steps += '.float()' * ('bfloat16' in str(getattr(first, 'dtype', '')))
    if steps:
        remedy = f'Pass {spell(name)}{steps}.numpy().'
        if first is not data:
            remedy = f'Pass [x{steps}.numpy() for x in {spell(name)}].'
        got = f'a {type(first).__name__} that has to be prepared for it'
        return DataError(name, 'what NumPy can read', got, remedy)
    if isinstance(error, ValueError):
        return DataError(
            name, 'samples of one and the same shape', 'samples of different shapes',
            ONE_SHAPE,
        )  # fmt: skip
    words = ' '.join(str(error).split())
    return DataError(
        name, 'what NumPy can read', f'a {type(data).__name__} ({words})', 'Pass an array.'
    )


def refuse(data: Any, name: str) -> None:
    """Refuse what is no array or list of values, or is gone once it was read."""
    kind, it = type(data).__name__, spell(name)
    expected, got = 'an array or a list, in order', f'a {kind}'
    fields = getattr(getattr(data, 'dtype', None), 'names', None)
    if isinstance(data, Set):
        got, remedy = f'a {kind}, which has none', f'Pass sorted({it}), or a list.'
    elif isinstance(data, Mapping):
        remedy = f'Pass its values: list({it}.values()), or np.column_stack of that for columns.'
    elif isinstance(data, (MappingView, Iterator)):
        remedy = f'Pass list({it}).'
    elif hasattr(data, 'toarray'):
        expected, got, remedy = 'an array', f'a sparse one ({kind})', f'Pass {it}.toarray().'
    elif fields is not None:
        expected, got = 'one value in each place', f'the fields {", ".join(fields)}'
        remedy = f'Lay them side by side: np.column_stack([{it}[n] for n in {it}.dtype.names]).'
    elif hasattr(data, 'collect') and not hasattr(data, 'to_numpy'):
        remedy = f'Pass {it}.collect().'
    elif holds_masked(data):
        expected, whole = 'values all of which count', isinstance(data, np.ma.MaskedArray)
        got = 'a masked array' if whole else f'masked ones in a {kind}'
        remedy = 'Leave out what is masked, or fill it: data.filled(0).'
    else:
        return
    raise DataError(name, expected, got, remedy)


def spell(name: str) -> str:
    """Return the name of an argument as it stands in code: ``X_data[3]`` for its sample 3."""
    place = re.fullmatch(r'(.*), (?:sample|column) (.*)', name)
    if place:
        return f'{spell(place[1])}[{place[2]}]'
    return re.split(r'[.(]', name)[-1].rstrip(')')


def holds_masked(data: Any) -> bool:
    """Return whether something is masked in data, or in lists of it."""
    if isinstance(data, (list, tuple)):
        return not PLAIN.issuperset(map(type, data)) and any(map(holds_masked, data))
    return bool(np.ma.is_masked(data))


def refuse_missing(values: list[Any], name: str) -> None:
    """Refuse values some of which are missing."""
    for number, value in enumerate(values):
        if is_missing(value):
            raise DataError(
                name, 'a value in every row', f'{value} in row {number}',
                'Drop these rows, or fill them: dropna() and fillna(), or their like.',
            )  # fmt: skip


def refuse_rounding(data: Any, array: ndarray, name: str) -> None:
    """Refuse whole numbers that changed when floats beside them made a list one of floats."""
    if array.size and np.max(np.abs(array), initial=0, where=np.isfinite(array)) >= EXACT:
        changed = next(rounded_numbers(data), None)
        if changed is not None:
            raise DataError(
                name, 'whole numbers that float64 holds, up to 2**53', f'{changed}',
                'Write them as floats, if digits may be lost.',
            )  # fmt: skip


def rounded_numbers(data: Any) -> Iterator[int]:
    """Yield the whole numbers in lists that are none of float64."""
    for item in data:
        if isinstance(item, (list, tuple)):
            yield from rounded_numbers(item)
        elif isinstance(item, int) and int(float(item)) != item:
            yield item
