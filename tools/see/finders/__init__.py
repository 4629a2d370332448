"""Ways to find things by noun, each over a model of its own."""
