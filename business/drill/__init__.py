"""What the simulation does in virtual time, done to the system that runs: `make drill`."""
