"""A made-up domain, made in a copy of this repository by the generator."""
