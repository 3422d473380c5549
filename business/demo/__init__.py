"""The story that `make demo` tells, act by act, on the running system."""
