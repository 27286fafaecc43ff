"""Schedules of the learning rate: one rate an epoch.

Over the epochs ``x = 0, 1, ...`` with ``lr`` the ``learning_rate``, ``epc`` the ``cycle_epochs``
(0: all epochs are one cycle), ``d`` the ``cycle_descent``, ``k`` the ``decay_k`` (0: ``5 / epc``):

=================  ====================================================================
steady             ``lr``
exp_decay          ``lr (1 - d)^(x // epc) exp(-(x % epc) k)``
lin_decay          ``lr / (1 + 100 k x)``
step               ``lr (1 - d)^(x // epc)``
cosine             ``lr (1 - d)^(x // epc) (1 + cos(pi (x % epc) / epc)) / 2``
warm_up            a straight rise to ``lr``, then another schedule
one_cycle          a rise to ``lr`` and a longer fall to almost nothing
reduce_on_plateau  ``lr``, cut whenever the loss has stopped falling
=================  ====================================================================

A schedule is a function of ``hPars`` that returns a list of rates; those with settings of their own
are objects: ``se_hPars={'schedule': Cosine(lowest=0.01)}``. All but the last are known before
training begins. A cycle over all epochs (``cycle_epochs`` 0) is as long as the epochs asked for so
far, and another one after a second call of ``train``; with ``cycle_epochs`` it stays as it is.
"""

from epynn.commons.schedule.cosine import Cosine, OneCycle
from epynn.commons.schedule.decays import DECAYS, exp_decay, lin_decay, steady, step
from epynn.commons.schedule.known_schedules import WarmUp, schedule_functions, schedule_named
from epynn.commons.schedule.plateau import ReduceOnPlateau
from epynn.commons.schedule.rate_settings import ScheduleFunction

__all__ = [
    'DECAYS', 'Cosine', 'OneCycle', 'ReduceOnPlateau', 'ScheduleFunction', 'WarmUp', 'exp_decay',
    'lin_decay', 'schedule_functions', 'schedule_named', 'steady', 'step',
]  # fmt: skip
