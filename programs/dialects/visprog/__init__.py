"""Programs of VisProg, read into ours."""
