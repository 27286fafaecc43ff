"""PReLU: a rectifier that learns its slope below 0."""
