"""A data set in, scores and a report out; on one machine or a Ray cluster."""
