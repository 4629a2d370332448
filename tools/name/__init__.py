"""What things are: classification, naming, descriptions, visual question answering."""
