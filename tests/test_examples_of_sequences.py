"""The bundled networks of sequences: each runs, and reaches what its README.md says."""

import re

from example_runs import learn, percentages


def test_forecasts_are_better_than_last_year_and_its_growth(tmp_path):
    out = learn('forecast', tmp_path)
    found = re.findall(r'^forecast: ([\d.]+), ', out, re.MULTILINE)
    seasonal, growing, gru, convolution = map(float, found)
    assert seasonal > 1 > growing > gru > convolution
    assert gru < 0.48


def test_a_tagger_that_reads_both_ways_is_nearly_as_good_as_the_grammar(tmp_path):
    out = learn('tagger', tmp_path)
    alone, forwards, both, grammar = percentages(out)
    assert alone < 0.8 < forwards < 0.9
    assert 0.98 < both <= grammar < 1
    (row,) = re.findall(r'^light +(.*\S) *$', out, re.MULTILINE)
    assert row.split() == ['ADJ', 'ADJ', 'NOUN', 'NOUN']  # the word behind it tells


def test_whatever_was_found_on_the_way_tells_docstrings_better_than_the_last_state(tmp_path):
    out = learn('docstrings', tmp_path, '--epochs', '5')
    none, last, strongest, both, attention = percentages(out)
    assert max(none, last) < min(strongest, both)
    assert attention > 0.3


def test_a_transformer_falls_below_two_nats_a_character_and_writes(tmp_path):
    out = learn('topics_lm', tmp_path, '--epochs', '7')
    (loss,) = re.findall(r'^topics_lm: ([\d.]+) nats', out, re.MULTILINE)
    assert float(loss) < 2
    text = out.partition('What it writes')[2].partition('topics_lm: ')[0].strip()
    assert text.startswith('The "for" statement')
    assert len(text) > 250
