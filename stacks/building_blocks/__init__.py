"""What the domains' stacks are composed of: one construct per module."""
