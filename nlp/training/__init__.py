"""Labelled answers in, a model out."""
