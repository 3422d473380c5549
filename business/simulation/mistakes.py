"""Mistakes."""

from simulate.mutations import Mutation

MUTATIONS: tuple[Mutation, ...] = ()
