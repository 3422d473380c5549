"""Proves a deployed system with real requests, on AWS and on the local run: `make verify`."""
