"""Programs of other systems, read into ours."""
