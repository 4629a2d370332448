"""Vision-language models: images and text in, text out."""
