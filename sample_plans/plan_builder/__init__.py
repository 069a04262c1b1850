"""Builds sample plans: content, layouts, generator, faults."""
