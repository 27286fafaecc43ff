"""A training that is killed goes on in another process as if it had never been interrupted."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

import pytest
from files.resume_cases import draw, go_on, run_until_killed, run_whole

pytestmark = pytest.mark.skipif(os.name != 'posix', reason='SIGKILL')

CASES = int(os.environ.get('EPYNN_KILLS', '96'))
"""Networks x optimizers x schedules x callbacks x the point at which the process is killed."""
A_TEST = 24


@pytest.fixture(scope='module')
def context():
    """Return how processes are started: from one that has imported epynn, and nothing more."""
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['epynn'])  # the tests are not on its path
    return context


@pytest.mark.parametrize('first', range(0, CASES, A_TEST))
def test_killed_trainings_go_on_to_the_bit_in_another_process(first, context, tmp_path):
    for number in range(first, first + A_TEST):
        case = draw(number)
        folder, apart = tmp_path / str(number), tmp_path / f'{number} whole'
        killed = context.Process(target=run_until_killed, args=(case, folder))
        killed.start()
        killed.join(300)
        stopped = killed.exitcode == 0  # early, before it was to be killed
        assert stopped or killed.exitcode == -signal.SIGKILL
        with ProcessPoolExecutor(1, mp_context=context) as executor:
            again = executor.submit(go_on, case, folder).result()
        whole = run_whole(case, apart)
        assert again == whole, case
