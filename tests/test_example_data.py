"""The data of the bundled examples: what their documentation says of them."""

import re

import pytest
from example_folders import load


def test_what_is_held_out_has_no_part_in_the_scale():
    pytest.importorskip('sklearn')
    import numpy as np

    for name, m in (('tumor_dense', 569), ('diabetes_regression', 442)):
        splits = [load(name).prepare_dataset(split) for split in range(5)]
        assert sum(m - n_train for _, _, n_train in splits) == m  # each once
        for X, Y, n_train in splits:
            assert len(X) == len(Y) == m
            np.testing.assert_allclose(X[:n_train].mean(axis=0), 0, atol=1e-12)
            np.testing.assert_allclose(X[:n_train].std(axis=0), 1, atol=1e-12)
            assert np.abs(X.mean(axis=0)).max() > 1e-4
    Y, slips = (load('diabetes_regression').prepare_dataset(0, share)[1] for share in (0, 0.05))
    assert np.median(Y[:353]) == pytest.approx(0, abs=1e-12)
    assert 0.02 < np.mean(slips[:353] > 10) < 0.08
    assert np.abs(slips[353:]).max() < 5


def test_generated_data_is_what_its_documentation_says():
    X, Y = load('boolean').prepare_dataset()
    assert set(X.ravel()) == {0, 1}
    assert all((sum(x) > 11 - sum(x)) == y for x, y in zip(X, Y, strict=True))

    X, Y = load('image').prepare_dataset()
    blank = (X == 0).all(axis=(2, 3)).sum(axis=1), (X == 0).all(axis=(1, 3)).sum(axis=1)
    for lines in blank:
        assert (lines == Y).all()

    X, Y = load('strings').prepare_dataset()
    assert all(len(x) == 16 and ('ATG' in x) == y for x, y in zip(X, Y, strict=True))

    X, Y = load('time_series').prepare_dataset()
    assert X.shape == (1000, 64, 1)
    assert X[Y == 0].std() == pytest.approx(1.3, rel=0.02)
    assert X[Y == 1].var() == pytest.approx(1.3**2 + 1 / 2, rel=0.02)  # a sine has variance 1/2


def test_generated_peptides_follow_the_rule():
    X, Y = load('peptides').prepare_dataset()
    peptides = [''.join(x).rstrip('-') for x in X]
    assert {len(x) for x in X} == {30}
    assert min(map(len, peptides)) == 10
    assert all(re.fullmatch('[ACDEFGHIKLMNPQRSTVWY]+', peptide) for peptide in peptides)
    assert [bool(re.search('N[^P][ST]', peptide)) for peptide in peptides] == list(Y == 1)
    decoys = [bool(re.search('NP[ST]', p)) for p, y in zip(peptides, Y, strict=True) if not y]
    assert 0.4 < sum(decoys) / len(decoys) < 0.6


def test_plucked_strings_sound_at_their_pitch_and_fade():
    import numpy as np

    music = load('music')
    rng = np.random.default_rng(1)
    sound = music.pluck(rng, period=40, place=0.2, fade=0.5, n=8000)
    assert np.abs(sound).max() == 1
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) == pytest.approx(8000 / 40.5, abs=1)  # the mean delays by half more
    assert np.abs(sound[4000:4040]).max() < 0.002  # a thousandth of the first, about

    X, Y, n_train = music.prepare_dataset()
    assert X.shape[1:] == (8, 32)
    assert X.min() >= -0.5
    assert X.max() <= 0.5
    assert len(Y) - n_train == 180
    assert set(Y[n_train:]) == {0, 1}


def test_windows_of_a_series_hold_its_past_alone():
    pytest.importorskip('statsmodels')
    import numpy as np

    data = load('forecast').prepare_dataset()
    assert (data.months[0], data.months[-1]) == (np.datetime64('1958-03'), np.datetime64('2001-12'))
    assert set(np.diff(data.months).astype(int)) == {1}
    assert np.isfinite(data.x).all()
    past, future = data.in_ppm(data.X[..., 0]), data.in_ppm(data.Y)
    for t, before, after in zip(data.t, past, future, strict=True):
        np.testing.assert_allclose(np.r_[before, after], data.x[t - 36 : t + 12], rtol=1e-12)

    train, validation, test = data.parts.values()
    assert not (train & validation | validation & test | train & test).any()
    assert data.months[data.t[train] + 11].max() == np.datetime64('1986-12')
    assert data.months[data.t[validation]].min() == np.datetime64('1987-01')
    assert data.months[data.t[validation] + 11].max() == np.datetime64('1991-12')
    assert data.months[data.t[test]].min() == np.datetime64('1992-01')
    assert data.X[train].std() == pytest.approx(1, rel=1e-12)  # of what was learned from alone


def test_sentences_are_walks_through_the_grammar():
    tagger = load('tagger')
    sentences, tags = tagger.prepare_dataset(300)
    assert len({tuple(sentence) for sentence in sentences}) == 300
    for sentence, of_words in zip(sentences, tags, strict=True):
        states = {'sentence'}
        for word, tag in zip(sentence, of_words, strict=True):
            assert word in tagger.WORDS[tag].split()
            states = {after for state in states for t, after in tagger.GRAMMAR[state] if t == tag}
        assert any((None, 'end') in tagger.GRAMMAR[state] for state in states)
    assert all(sum(p.values()) == pytest.approx(1) for p in tagger.GRAMMAR.values())


def test_the_grammar_tags_as_counting_all_readings_does():
    """The forward-backward algorithm, beside the sum over all ways to read a sentence."""
    tagger = load('tagger')

    def readings(words, state='sentence', so_far=1.0, tags=()):
        choices = tagger.GRAMMAR[state]
        if not words:
            yield tags, so_far * choices.get((None, 'end'), 0)
            return
        for (tag, after), p in choices.items():
            if tag is not None and words[0] in tagger.WORDS[tag].split():
                p *= so_far / len(tagger.WORDS[tag].split())
                yield from readings(words[1:], after, p, (*tags, tag))

    sentences, _ = tagger.prepare_dataset(60)
    several = 0
    for words in sentences:
        found = list(readings(words))
        several += len(found) > 1
        likely = [{} for _ in words]
        for tags, p in found:
            for of_word, tag in zip(likely, tags, strict=True):
                of_word[tag] = of_word.get(tag, 0) + p
        assert tagger.tag_by_grammar(words) == [max(one, key=one.get) for one in likely]
    assert several > 10


def test_docstrings_held_out_begin_like_none_that_were_learned():
    docstrings = load('docstrings')
    X, Y, characters = docstrings.prepare_dataset()
    texts = [''.join(characters[number] for number in x) for x in X]
    assert len(texts) > 1000
    assert len({re.sub(r'\d', '0', text[:30].lower()) for text in texts}) == len(texts)
    assert 20 <= min(map(len, texts)) < max(map(len, texts)) == 160
    assert not any(re.search(r'\s\s|[^\S ]', text) for text in texts)
    counts = {label: Y.count(label) for label in docstrings.MODULES}
    assert sum(counts.values()) == len(Y)
    assert 50 < min(counts.values()) < max(counts.values()) == 150
    held_out = Y[4 * len(Y) // 5 :]
    assert all(held_out.count(label) > counts[label] / 10 for label in counts)


def test_topics_held_out_share_no_paragraph_with_those_to_learn_from():
    import numpy as np

    topics_lm = load('topics_lm')
    texts = topics_lm.read_topics()
    paragraphs = {
        part: {' '.join(p.split()) for p in text.split('\n\n')} for part, text in texts.items()
    }
    assert not paragraphs['test'] & paragraphs['validation']
    assert not (paragraphs['test'] | paragraphs['validation']) & paragraphs['train']
    assert 30_000 < len(texts['test']) < 50_000 < 250_000 < len(texts['train'])

    numbers, characters = topics_lm.prepare_dataset()
    assert ''.join(characters[number] for number in numbers['test']) == texts['test']
    X, Y = topics_lm.cut_all(numbers['test'])
    m, s = X.shape
    np.testing.assert_array_equal(X.ravel(), numbers['test'][: m * s])
    np.testing.assert_array_equal(Y.ravel(), numbers['test'][1 : m * s + 1])
    assert len(numbers['test']) - 1 - m * s < s  # what does not fill a window is left out
