"""Encoder, index, head, calibration, search."""
