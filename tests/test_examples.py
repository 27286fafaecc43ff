"""The bundled networks: each runs, and reaches what its README.md says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from example_folders import EXAMPLES
from example_runs import NETWORKS, learn, percentages, run, skip_without_packages
from rank_processes import command

from epynn import EpyNN, cli


@pytest.mark.parametrize('name', sorted(path.parent.name for path in EXAMPLES.glob('*/train.py')))
def test_folder_is_complete(name):
    files = {path.name for path in (EXAMPLES / name).iterdir()}
    assert files >= {'README.md', 'prepare_dataset.py', 'train.py'}
    assert f'epynn run {name}' in (EXAMPLES / name / 'README.md').read_text(encoding='utf-8')


def test_every_network_is_run_to_its_end():
    files = Path(__file__).parent.glob('test_examples*.py')
    text = ''.join(file.read_text(encoding='utf-8') for file in files)
    assert sorted(re.findall(r"learn\('(\w+)', tmp_path[,)]", text)) == NETWORKS


class Begun(Exception):
    """Ends an example where its training begins."""


@pytest.mark.parametrize('name', NETWORKS)
def test_options_of_the_command_reach_the_training(name, monkeypatch, capsys, separate_train):
    skip_without_packages(name)

    def train(model, epochs=None, **settings):
        until = epochs or settings['until']
        raise Begun(model.seed, until, settings['verbose'], settings['init_logs'])

    monkeypatch.setattr(EpyNN, 'train', train)
    with pytest.raises(Begun) as quietly:
        cli.main(['run', name, '--epochs', '2', '--seed', '3', '--quiet'])
    assert quietly.value.args == (3, 2, 0, False)
    assert capsys.readouterr().out == ''
    with pytest.raises(Begun) as aloud:
        cli.main(['run', name])
    seed, epochs, verbose, init_logs = aloud.value.args
    assert (seed, verbose, init_logs) == (1, None, True)
    assert epochs > 10
    assert ' layers\n' in capsys.readouterr().out or name in ('strings', 'time_series')


def test_digits_cnn_reads_98_percent_of_the_digits(tmp_path):
    out = learn('digits_cnn', tmp_path)
    assert 'held-out 449 digits' in out
    assert percentages(out)[0] >= 0.98


def test_digits_resnet_reads_99_percent_of_the_digits(tmp_path):
    out = learn('digits_resnet', tmp_path)
    assert 'held-out 449 digits' in out
    ours, mlp = percentages(out)
    assert ours >= 0.99
    assert 0.95 < mlp <= 1


def test_balanced_class_weights_miss_fewer_tumours(tmp_path):
    out = learn('tumor_dense', tmp_path)
    balanced, plain, mlp = percentages(out)
    assert balanced >= 0.96
    assert plain >= 0.96
    assert mlp >= 0.95
    missed = [int(count) for count in re.findall(r'(\d+) of 212 missed', out)]
    assert len(missed) == 3
    assert missed[0] <= missed[1]


def test_huber_loss_does_not_mind_slips(tmp_path):
    out = learn('diabetes_regression', tmp_path)
    pairs = re.findall(r'(-?[\d.]+), with slips (-?[\d.]+)', out)
    huber, squared, mlp = [tuple(map(float, pair)) for pair in pairs]
    assert min(huber) > 0.45
    assert squared[0] > 0.45
    assert mlp[0] > 0.45
    assert max(squared[1], mlp[1]) < 0


def test_dropout_lowers_the_held_out_loss(tmp_path):
    out = learn('digits_dense', tmp_path)
    dropped, kept = (float(loss) for loss in re.findall(r'loss ([\d.]+)', out))
    assert dropped < kept
    assert min(percentages(out)) > 0.9


def test_a_training_goes_on_in_a_second_process_to_the_bit(tmp_path):
    out = learn('digits_resume', tmp_path)
    one, two = re.findall(r'(?:one go|two processes) +([0-9a-f]{32})', out)
    assert one == two
    assert out.endswith('the same\n')
    assert percentages(out)[0] > 0.9


def test_two_ranks_learn_what_one_process_learns(tmp_path):
    command(2)  # or there is no MPI
    out = run('digits_parallel', tmp_path)
    assert out.count('Data sets') == 1
    assert out.endswith('parameters of two processes and of one: the same\n')
    assert percentages(out)[0] >= 0.97
    assert not list(tmp_path.iterdir())


def test_a_search_on_two_workers_finds_a_network_that_reads_digits(tmp_path):
    out = run('search_digits', tmp_path)
    assert out.count('hidden (') == 12
    assert percentages(out)[0] >= 0.97
    assert not list(tmp_path.iterdir())


def test_boolean_learns_to_count(tmp_path):
    assert percentages(learn('boolean', tmp_path))[0] >= 0.99


def test_convolution_finds_blank_lines_where_dense_does_not(tmp_path):
    convolutional, dense = percentages(learn('image', tmp_path))
    assert convolutional > 0.95
    assert dense < 0.8


def test_recurrent_layers_find_a_word_where_dense_does_not(tmp_path):
    dense, *recurrent = percentages(learn('strings', tmp_path))
    assert dense < 0.8
    assert len(recurrent) == 3
    assert min(recurrent) >= 0.97


def test_captcha_reads_97_percent_of_the_bundled_digits(tmp_path):
    assert percentages(learn('captcha', tmp_path))[0] >= 0.97


def test_peptides_are_told_apart_by_a_filter_that_knows_the_motif(tmp_path):
    out = learn('peptides', tmp_path)
    assert percentages(out)[0] >= 0.98
    places = re.findall(r'place \d: likes (\S) (\S), dislikes (\S)', out)
    assert places[0][0] == 'N'
    assert places[1][2] == 'P'
    assert places[2][0] in 'ST'


def test_music_tells_the_players_in_recordings_it_never_heard(tmp_path):
    out = learn('music', tmp_path)
    assert 'on 180 clips (chance: 50%)' in out
    assert percentages(out)[0] > 0.85


def test_sequential_digits_reads_97_percent_row_by_row(tmp_path):
    assert percentages(learn('sequential_digits', tmp_path))[0] >= 0.97


def test_dropout_then_recurrence_helps_to_find_a_wave_in_noise(tmp_path):
    out = learn('time_series', tmp_path)
    dense, dropout, rnn, gru = percentages(out)
    assert 0.6 < dense < dropout < rnn < gru
    losses = [float(loss) for loss in re.findall(r'loss ([\d.]+)', out)]
    assert losses[1] < losses[0] - 0.1


def test_edge_detection_writes_a_picture_and_confirms_the_gradient(tmp_path):
    out = run('edge_detection', tmp_path)
    differences = [float(number) for number in re.findall(r': +([\d.]+e-\d+)', out)]
    assert len(differences) == 2
    assert differences[0] < 1e-13
    assert differences[1] < 1e-9

    from PIL import Image

    assert [path.name for path in tmp_path.iterdir()] == ['edge_detection.png']
    with Image.open(tmp_path / 'edge_detection.png') as picture:
        assert picture.size == (3 * 638, 425)


def test_script_runs_in_its_own_folder():
    done = subprocess.run(
        [sys.executable, '-W', 'error', 'train.py'],
        cwd=EXAMPLES / 'boolean',
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert 'boolean: 100.0% accuracy' in done.stdout


def run_large_file(folder, *command):
    """Run what Python is to run in the folder of the example, with another for its file."""
    return subprocess.run(
        [sys.executable, '-W', 'error', *command],
        cwd=EXAMPLES / 'large_file', capture_output=True, text=True, timeout=600,
        env={**os.environ, 'TMPDIR': str(folder)},
    )  # fmt: skip


def test_a_file_is_learned_from_under_a_limit_and_removed(tmp_path):
    done = run_large_file(tmp_path, 'train.py', '9')
    assert done.returncode == 0, done.stderr
    assert done.stderr == ''
    for words in (f'writes 9 MB to {tmp_path}', 'Data sets', '\nlarge_file: ', 'in the file 9 MB'):
        assert words in done.stdout
    assert len(percentages(done.stdout)) == 1
    if sys.platform == 'linux':
        (peak,) = re.findall(r'of its own (\d+) MB at most, of 400 allowed', done.stdout)
        assert 0 < int(peak) < 400
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != 'linux', reason='other systems have no such limit')
def test_the_limit_of_large_file_is_one(tmp_path):
    code = 'import train, numpy\nwith train.limited_memory(): numpy.ones(10**9)'
    assert '\nnumpy' in (error := run_large_file(tmp_path, '-c', code).stderr)
    assert 'MemoryError' in error


def test_large_file_looks_for_room_first(tmp_path):
    done = run_large_file(tmp_path, 'train.py', str(10**9))
    assert 'MB of room in' in done.stderr
    assert 'python train.py 200' in done.stderr
    assert not list(tmp_path.iterdir())


def test_large_file_has_a_summary_without_a_file(capsys, separate_train):
    cli.main(['summary', 'large_file'])
    assert '262,506 parameters' in capsys.readouterr().out
