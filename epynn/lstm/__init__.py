"""LSTM: long short-term memory, a state kept and changed through gates."""
