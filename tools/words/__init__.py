"""What words mean: spelling, WordNet, vocabularies, labels."""
