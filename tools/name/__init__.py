"""What things are: classes, names, descriptions, answers of vision-language models."""
