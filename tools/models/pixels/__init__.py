"""Models with per-pixel output: masks, depth, inpainting."""
