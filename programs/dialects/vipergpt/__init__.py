"""Programs that were written for ViperGPT, read into ours."""
