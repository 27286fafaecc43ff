"""The catalogue of wrong uses, one table a module; ``tests/test_wrong_uses.py`` runs it."""
