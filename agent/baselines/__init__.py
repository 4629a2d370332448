"""What a program is measured against: the commonest answer, a vision-language model alone, a caption, and both."""
