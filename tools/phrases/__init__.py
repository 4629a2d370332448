"""Reads English noun phrases and conditions, without a model."""
