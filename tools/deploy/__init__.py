"""Deploys the stacks of a cloud assembly, each with its own account's credentials, in a safe order.

What it knows of an app stands in the app's templates and nowhere else.
"""
