"""Runs the synthesized templates on this machine, with no AWS account and no Docker."""
