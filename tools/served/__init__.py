"""Tools on a served vision-language model: detection by boxes and points, and classification by likelihood."""
