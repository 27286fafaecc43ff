"""Names of features: the columns of a frame, which are to come in one order ever after."""

from collections.abc import Sequence
from typing import Any

from epynn.commons.arguments import suggest
from epynn.commons.errors import DataError
from epynn.commons.io.user_data import is_frame, spell
from epynn.commons.io.writable import is_writable


def feature_names(data: Any) -> list[Any] | None:
    """Return the names of the columns of a frame, as files can hold them; None of other data."""
    if not is_frame(data):
        return None
    columns = data.columns
    names = columns.tolist() if hasattr(columns, 'tolist') else list(columns)
    return [name if is_writable(name) else str(name) for name in names]


def split_frame(X_data: Any, Y_data: Any) -> tuple[Any, Any]:
    """Return samples and labels; where `Y_data` names columns of a frame, those are the labels.

    It is one name, or a list of names that is not as long as the frame. The other columns are the
    samples then. All else is returned as it is.
    """
    if not is_frame(X_data):
        return X_data, Y_data
    names = list(X_data.columns)
    listed = (
        isinstance(Y_data, list)
        and len(Y_data) != len(X_data)
        and all(isinstance(name, str) for name in Y_data)
        and any(name in names for name in Y_data)
    )
    if not (isinstance(Y_data, str) or listed):
        return X_data, Y_data
    chosen = Y_data if listed else [Y_data]
    for name in chosen:
        if names.count(name) != 1:
            raise DataError(
                'Y_data', f'labels, or the name of one column of X_data, {show(names)}',
                f'{name!r}, which several have' if name in names else repr(name),
                'Rename them.' if name in names else suggest(name, map(str, names)),
            )  # fmt: skip
    others = [name for name in names if name not in chosen]
    if not others:
        raise DataError(
            'X_data', 'a column of samples beside the labels', show(names), 'Add the samples.'
        )
    return X_data[others], X_data[Y_data]


def require_features(names: Sequence[Any] | None, known: Sequence[Any] | None, where: str) -> None:
    """Refuse columns at hand that are others than those `known`, or in another order.

    Arrays have no names, and those of a frame may be mere numbers: places count there. The error
    for the argument `where` has the remedy: ``X_data[['a', 'b']]`` puts them in order.
    """
    if names is None or known is None or list(names) == list(known):
        return
    it = spell(where)
    missing = [name for name in known if name not in names]
    if missing and any(list(each) == list(range(len(each))) for each in (names, known)):
        return
    raise DataError(
        where, f'the columns that were learned from, {show(known)}',
        f'{show(names)}',
        f'There is no {missing[0]!r}: name the columns as they were, or pass {it}.to_numpy() if '
        'they are the same in the same order.' if missing
        else f'Choose them in that order: {it}[{show(known, "the columns above")}].',
    )  # fmt: skip


def show(names: Sequence[Any], instead: str = '') -> str:
    """Return a list of names as it is written, cut if it is long."""
    text = str(list(names))
    if len(text) <= 200:
        return text
    return instead or f'{text[:197]}...'
