"""Schedules that decay, against their formulas; settings of any schedule."""

import math

import pytest

from epynn.commons.errors import ArgumentError
from epynn.commons.schedule import exp_decay, lin_decay, schedule_functions, steady

SETTINGS = {
    'learning_rate': 0.1,
    'epochs': 10,
    'decay_k': 0.2,
    'cycle_epochs': 4,
    'cycle_descent': 0.25,
}


def test_steady():
    assert steady(SETTINGS) == [0.1] * 10


def test_exp_decay():
    expected = [0.1 * 0.75 ** (x // 4) * math.exp(-(x % 4) * 0.2) for x in range(10)]
    assert exp_decay(SETTINGS) == pytest.approx(expected, rel=1e-15)


def test_lin_decay():
    expected = [0.1 / (1 + 100 * 0.2 * x) for x in range(10)]
    assert lin_decay(SETTINGS) == pytest.approx(expected, rel=1e-15)


def test_defaults_are_one_cycle_and_a_decay_of_5_a_cycle():
    plain = {'learning_rate': 1, 'epochs': 20, 'decay_k': 0, 'cycle_epochs': 0, 'cycle_descent': 0}
    expected = [math.exp(-x * 5 / 20) for x in range(20)]
    assert exp_decay(plain) == pytest.approx(expected)
    assert lin_decay(plain) == pytest.approx([1 / (1 + 25 * x) for x in range(20)])
    assert exp_decay({'learning_rate': 1, 'epochs': 20}) == exp_decay(plain)
    cycles = exp_decay({**plain, 'cycle_epochs': 5})
    assert cycles == pytest.approx([math.exp(-(x % 5)) for x in range(20)])


@pytest.mark.parametrize('schedule', [steady, exp_decay, lin_decay])
def test_rates_are_python_floats_one_an_epoch(schedule):
    settings = {**SETTINGS, 'learning_rate': 1, 'epochs': 3000}
    rates = schedule(settings)
    assert len(rates) == 3000
    assert all(type(rate) is float and math.isfinite(rate) for rate in rates)
    assert settings == {**SETTINGS, 'learning_rate': 1, 'epochs': 3000}


def test_schedule_functions_by_name_or_function():
    for schedule in (steady, exp_decay, lin_decay):
        assert schedule_functions(schedule.__name__, SETTINGS) == schedule(SETTINGS)
        assert schedule_functions(schedule, SETTINGS) == schedule(SETTINGS)
    assert schedule_functions(lambda hPars: [1] * hPars['epochs'], SETTINGS) == [1.0] * 10


def test_unknown_schedule():
    message = "schedule: expected .*steady, exp_decay, lin_decay, .*reduce_on_plateau, got 'stedy'"
    with pytest.raises(ArgumentError, match=message):
        schedule_functions('stedy', SETTINGS)


def test_a_schedule_of_ones_own_gives_one_rate_an_epoch():
    with pytest.raises(ArgumentError, match='schedule: expected 10 rates, one an epoch, got 2'):
        schedule_functions(lambda hPars: [0.1, 0.2], SETTINGS)


@pytest.mark.parametrize(
    ('name', 'value', 'rule'),
    [
        ('learning_rate', -0.1, 'a finite number of at least 0, got -0.1'),
        ('learning_rate', math.inf, 'a finite number of at least 0, got inf'),
        ('learning_rate', math.nan, 'a finite number of at least 0, got nan'),
        ('learning_rate', 'fast', "a finite number of at least 0, got 'fast'"),
        ('learning_rate', None, 'a finite number of at least 0, got None'),
        ('decay_k', -1, 'a finite number of at least 0, got -1'),
        ('cycle_descent', -0.5, 'a number from 0 to 1, got -0.5'),
        ('cycle_descent', 1.5, 'a number from 0 to 1, got 1.5'),
        ('cycle_epochs', -1, 'a whole number of at least 0, got -1'),
        ('cycle_epochs', 2.5, 'a whole number of at least 0, got 2.5'),
        ('epochs', 0, 'a whole number of at least 1, got 0'),
        ('epochs', 2.0, 'a whole number of at least 1, got 2.0'),
        ('epochs', True, 'a whole number of at least 1, got True'),
    ],
)
def test_settings_are_checked(name, value, rule):
    for schedule in ('steady', 'exp_decay', 'lin_decay'):
        with pytest.raises(ArgumentError, match=f'{name}: expected {rule}'):
            schedule_functions(schedule, {**SETTINGS, name: value})


def test_a_learning_rate_is_required():
    with pytest.raises(ArgumentError, match=r'learning_rate: .*Set it in se_hPars'):
        steady({'epochs': 3})
