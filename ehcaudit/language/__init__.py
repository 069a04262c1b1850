"""The grammar of plans: times, quantities, people, and what a statement says. The only package that imports spaCy."""
