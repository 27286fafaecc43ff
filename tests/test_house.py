"""The house as its imports draw it: every arrow down, no circles, the picture as it is."""

import draw_house
from rooms import FLOORS, build, find_circles, find_imports, find_modules

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


def test_circles_of_files_are_of_a_class_and_the_functions_that_it_binds():
    """They name the class of the models.py beside them, for type checkers alone."""
    graph = {
        name: {
            target
            for target, where in find_imports(path, FILES)
            if not (where == 'types' and target == f'{name.rpartition(".")[0]}.models')
        }
        for name, path in FILES.items()
    }
    assert find_circles(graph) == []


def test_no_import_hides_in_a_function():
    hidden = [
        (name, target)
        for name, path in FILES.items()
        for target, where in find_imports(path, FILES)
        if where == 'function'
    ]
    assert hidden == []
