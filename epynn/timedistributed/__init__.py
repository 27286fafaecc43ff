"""TimeDistributed: layers that are applied at each step."""
