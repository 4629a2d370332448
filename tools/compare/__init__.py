"""What a contrastive model thinks of labels, prompts and temperatures, side by side, for people to look at."""
