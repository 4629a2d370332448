"""What a served vision-language model does besides answering: it finds by boxes and points, chooses by likelihood."""
