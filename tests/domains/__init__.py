"""Plug-ins: tools and worked examples for a data set each."""
