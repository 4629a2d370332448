"""How families of vision-language models tell places: what they are asked, what they reply, in which coordinates."""
