"""Names and paths of files."""

import pytest

from epynn.commons.paths import file_stem


@pytest.mark.parametrize(('name', 'stem'), [
    ('1700000000_EpyNN', '1700000000_EpyNN'), ('../../etc/passwd', '.._.._etc_passwd'),
    ('a\\b:c*d?', 'a_b_c_d_'), ('Ünï çødé 2.1', 'Ünï çødé 2.1'), ('a\0\nb', 'a__b'),
    ('x' * 400, 'x' * 150),
])  # fmt: skip
def test_names_of_files(name, stem):
    assert file_stem(name) == stem
