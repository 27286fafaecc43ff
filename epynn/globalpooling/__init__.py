"""GlobalPooling: one number a channel and sample."""
