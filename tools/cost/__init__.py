"""What a million requests cost on AWS: what a local run counts, times a dated list of prices."""
