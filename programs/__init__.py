"""The language of programs: from a model's reply to a checked program."""
