"""Evaluation of data sets, with scores and reports, on one machine or a Ray cluster."""
