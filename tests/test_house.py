"""The house as its imports draw it: every arrow down, no circles, the picture as it is."""

from collections import Counter
from pathlib import Path

import draw_house
from rooms import FLOORS, build, find_circles, find_imports, find_modules, graph_modules

FILES = find_modules()
ROOMS = build()


def test_the_picture_is_what_the_imports_draw():
    picture = draw_house.PICTURE.read_text(encoding='utf-8')
    assert picture == draw_house.draw(), 'Draw it anew: python docs/draw_house.py'


def test_no_import_goes_up():
    """But that of the contract, which `rooms` leaves out."""
    floors = {name: FLOORS.index(room.floor) for name, room in ROOMS.items()}
    up = {(a, b) for a, room in ROOMS.items() for b in room.targets if floors[b] < floors[a]}
    assert not up


def test_no_rooms_import_from_each_other_in_circles():
    assert find_circles({name: room.targets for name, room in ROOMS.items()}) == []


def test_circles_of_files_stay_in_the_folder_of_a_layer():
    """There functions name the class that binds them, for type checkers."""
    for circle in find_circles(graph_modules()):
        folders = {name.split('.')[1] for name in circle}
        assert len(folders) == 1, circle
        assert f'epynn.{folders.pop()}.parameters' in FILES, circle


def test_no_import_hides_in_a_function():
    hidden = [
        (name, target)
        for name, path in FILES.items()
        for target, where in find_imports(path, FILES)
        if where == 'function'
    ]
    assert hidden == []


def test_files_of_tests_have_names_of_their_own():
    """Pytest knows them by these alone: of two of one name it collects the first."""
    names = Counter(path.name for path in Path(__file__).parent.rglob('test_*.py'))
    assert [name for name, count in names.items() if count > 1] == []
