"""Question and program pairs that show the language model how programs are written."""
