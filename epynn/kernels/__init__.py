"""Ground floor: pure array functions over channels-last arrays, no layers and no state."""
