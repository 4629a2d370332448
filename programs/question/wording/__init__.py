"""What a question says, read from its words: the sentence that asks, and the alternatives that it names."""
