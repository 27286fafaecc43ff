"""Cosine, step, warm-up, one-cycle and reduce on plateau: the rates of torch."""

import math

import numpy as np
import pytest
from networks import make_classifier

from epynn.commons.errors import ArgumentError, ArgumentTypeError
from epynn.commons.schedule import (
    Cosine,
    OneCycle,
    ReduceOnPlateau,
    WarmUp,
    schedule_functions,
    step,
)

LR = 0.3


def settings(epochs=20, **others):
    return {'learning_rate': LR, 'epochs': epochs, **others}


def rates_of_torch(make, epochs=20, losses=None):
    torch = pytest.importorskip('torch')
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=LR)
    schedule = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for x in range(epochs):
        rates.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        schedule.step(*([] if losses is None else [losses[x]]))
    return rates


@pytest.mark.parametrize('epochs', [1, 2, 20])
@pytest.mark.parametrize('lowest', [0.0, 0.02])
def test_cosine(lowest, epochs):
    theirs = rates_of_torch(
        lambda s, o: s.CosineAnnealingLR(o, T_max=epochs, eta_min=lowest * LR), epochs
    )
    ours = schedule_functions(Cosine(lowest), settings(epochs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_cosine_in_cycles():
    theirs = rates_of_torch(lambda s, o: s.CosineAnnealingWarmRestarts(o, T_0=6, eta_min=0.1 * LR))
    ours = schedule_functions(Cosine(0.1), settings(cycle_epochs=6))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    lower = schedule_functions('cosine', settings(cycle_epochs=6, cycle_descent=0.5))
    assert lower[6] == LR / 2
    assert lower[9] == pytest.approx(LR / 4)


def test_step():
    theirs = rates_of_torch(lambda s, o: s.StepLR(o, step_size=6, gamma=0.3))
    ours = step(settings(cycle_epochs=6, cycle_descent=0.7))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize('start', [0.1, 1 / 3])
def test_warm_up_then_cosine(start):
    def make(s, o):
        rise = s.LinearLR(o, start_factor=start, total_iters=5)
        return s.SequentialLR(o, [rise, s.CosineAnnealingLR(o, T_max=15)], milestones=[5])

    theirs = rates_of_torch(make)
    ours = schedule_functions(WarmUp(5, Cosine(), start), settings())
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert schedule_functions(WarmUp(5, 'cosine', start), settings()) == ours


def test_warm_up_of_more_epochs_than_there_are():
    assert schedule_functions(WarmUp(4, start=0), settings(3)) == pytest.approx([0, LR / 4, LR / 2])
    ours = schedule_functions('warm_up', settings(7))
    assert ours[0] == pytest.approx(LR / 10)
    assert ours[5:] == [LR, LR]


@pytest.mark.parametrize('epochs', [4, 20, 31])
@pytest.mark.parametrize(('rise', 'div', 'final'), [(0.3, 25, 1e4), (0.5, 10, 100)])
def test_one_cycle(epochs, rise, div, final):
    torch = pytest.importorskip('torch')
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=LR, momentum=0.9)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LR, total_steps=epochs, pct_start=rise, div_factor=div, final_div_factor=final
    )
    theirs = []
    for x in range(epochs):
        theirs.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        if x + 1 < epochs:
            schedule.step()
    ours = schedule_functions(OneCycle(rise, 1 / div, 1 / div / final), settings(epochs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)  # cancellation near the last


@pytest.mark.parametrize('epochs', [1, 2, 3])
@pytest.mark.parametrize('rise', [0, 0.3, 1])
def test_one_cycle_of_few_epochs(epochs, rise):
    rates = schedule_functions(OneCycle(rise), settings(epochs))
    assert all(0 < rate <= LR for rate in rates)


@pytest.mark.parametrize('patience', [0, 2])
@pytest.mark.parametrize('threshold', [0.0, 1e-2])
@pytest.mark.parametrize('lowest', [0.0, 0.2])
def test_reduce_on_plateau(patience, threshold, lowest, rng):
    losses = np.exp(-np.arange(40) / 10) + 0.3 * rng.random(40)
    losses[7] = math.nan
    theirs = rates_of_torch(
        lambda s, o: s.ReduceLROnPlateau(
            o, factor=0.5, patience=patience, threshold=threshold, min_lr=lowest * LR, eps=0
        ),
        40,
        losses,
    )
    schedule = ReduceOnPlateau(0.5, patience, threshold, lowest)
    ours = schedule_functions(schedule, settings(40, losses=list(losses[:39])))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert len(set(ours)) > 2
    # What is known after some epochs is what they were at the end, and stays for the rest.
    for done in (0, 1, 10, 39):
        known = schedule_functions(schedule, settings(40, losses=list(losses[:done])))
        assert known[: done + 1] == ours[: done + 1]
        assert set(known[done:]) == {known[done]}


def test_reduce_on_plateau_starts_with_losses_that_are_no_numbers():
    rates = ReduceOnPlateau(0.5, 1)(settings(5, losses=[math.nan, math.inf, 2.0, 1.0]))
    assert rates == [LR, LR, LR / 2, LR / 2, LR / 2]


def test_losses_below_0_can_get_better():
    losses = [-1.0, -1.5, -2.0, -2.5]
    assert ReduceOnPlateau(0.5, 0)(settings(5, losses=losses)) == [LR] * 5


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda: Cosine(2), r'Cosine\.lowest: expected a number from 0 to 1, got 2'),
        (lambda: WarmUp(3, start=-1), r'WarmUp\.start: expected a number from 0 to 1'),
        (lambda: WarmUp(3, ReduceOnPlateau()), r'WarmUp\.then: .* known before training'),
        (lambda: OneCycle(rise=3), r'OneCycle\.rise: expected a number from 0 to 1'),
    ],
)
def test_settings_are_checked(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_what_is_no_schedule():
    with pytest.raises(ArgumentTypeError, match=r'WarmUp\.then: expected a function'):
        WarmUp(then=3)
    with pytest.raises(ArgumentTypeError, match=r'got Cosine \(class\)\. Add parentheses: Cosine'):
        schedule_functions(Cosine, settings())


@pytest.mark.parametrize('name', ['cosine', 'warm_up', 'one_cycle', 'reduce_on_plateau'])
def test_by_name(name):
    hPars = settings(30)
    rates = schedule_functions(name, hPars)
    assert len(rates) == 30
    assert all(type(rate) is float and 0 <= rate <= LR for rate in rates)
    assert hPars == settings(30)
    with pytest.raises(ArgumentError, match='learning_rate'):
        schedule_functions(name, settings(30, learning_rate=-1))


# RATES THAT ARE KNOWN ARE NOT COMPUTED AGAIN


ASKED = {
    'steady': 'steady', 'exp_decay': 'exp_decay', 'lin_decay': 'lin_decay', 'cosine': Cosine(0.1),
    'one_cycle': OneCycle(), 'warm_up': WarmUp(4, 'cosine'), 'plateau': ReduceOnPlateau(patience=1),
    'own': lambda hPars: [0.1 * x for x in range(hPars['epochs'])],
}  # fmt: skip


@pytest.mark.parametrize('schedule', ASKED.values(), ids=ASKED)
def test_rates_of_some_epochs_are_those_of_all(schedule):
    hPars = {'learning_rate': 0.5, 'epochs': 12, 'losses': [1.0] * 12}
    rates = schedule_functions(schedule, hPars)
    for start, stop in ((0, 1), (2, 7), (4, 4), (6, 12), (11, 12)):
        asked = {**hPars, 'asked': range(start, stop)}
        assert schedule_functions(schedule, asked) == rates[start:stop]


def test_the_work_of_a_plateau_grows_with_new_epochs_alone():
    class Losses(list):
        read = 0

        def __getitem__(self, part):
            Losses.read += len(range(*part.indices(len(self))))
            return super().__getitem__(part)

    memory, losses, schedule = {}, Losses(), ReduceOnPlateau(patience=2)
    rates = []
    for x in range(300):
        hPars = {'learning_rate': 1.0, 'epochs': 300, 'losses': losses, 'memory': memory}
        rates += schedule_functions(schedule, {**hPars, 'asked': range(x, x + 1)})
        losses.append(1.0)
    assert Losses.read == 299
    assert rates == schedule_functions(schedule, {**hPars, 'memory': {}})


def test_a_plateau_after_an_interrupt_starts_from_what_is_over():
    memory, schedule = {}, ReduceOnPlateau(patience=0)
    hPars = {'learning_rate': 1.0, 'epochs': 9, 'losses': [1.0] * 5, 'memory': memory}
    assert schedule_functions(schedule, {**hPars, 'asked': range(5, 6)}) == [pytest.approx(1e-4)]
    hPars['losses'] = [1.0] * 2
    assert schedule_functions(schedule, {**hPars, 'asked': range(2, 3)}) == [0.1]


def test_each_train_gives_each_layer_one_rate_an_epoch():
    for schedule in ('steady', ReduceOnPlateau(patience=1), WarmUp(3, Cosine())):
        settings = {'loss': 'CCE', 'seed': 1, 'verbose': False, 'se_hPars': {'schedule': schedule}}
        model = make_classifier()
        model.initialize(**settings)
        for _ in range(4):
            model.train(3, verbose=0)
            assert [len(layer.lrate) for layer in model.layers] == [model.epochs] * 3
