"""The default hyper-parameters, for scripts that have no ``settings.py`` of their own.

========================  ==============================================================
``learning_rate``         step length of the update, before the schedule
``schedule``              how it changes: ``'steady'`` or another of :mod:`epynn.commons.schedule`
``decay_k``               rate of the decay; 0 means 5 divided by the length of the cycle
``cycle_epochs``          epochs in a cycle of ``exp_decay``; 0 means one cycle
``cycle_descent``         share by which the rate drops from one cycle to the next
``ELU_alpha``             scale of ELU below zero
``LRELU_alpha``           slope of the leaky ReLU below zero
``softmax_temperature``   divides the logits: above 1 softer, below 1 sharper
========================  ==============================================================
"""

from typing import Any

se_hPars: dict[str, Any] = {
    'learning_rate': 0.1,
    'schedule': 'steady',
    'decay_k': 0,
    'cycle_epochs': 0,
    'cycle_descent': 0,
    'ELU_alpha': 1,
    'LRELU_alpha': 0.3,
    'softmax_temperature': 1,
}
