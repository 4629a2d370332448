"""Finding things by noun phrase and condition: LOC, DETECT, EXISTS, COUNT, VERIFY and others."""
