"""What can be told about the people in an image: their looks, how they hold themselves, what their faces show."""
