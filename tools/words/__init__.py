"""The meaning of words: spelling, WordNet, vocabularies, labels."""
