"""Benchmarks: medians of several runs on the machine at hand, never asserted in a test."""
