"""How families of vision-language models express places: the prompts, the form of replies, and their coordinates."""
