"""What carries messages on: rules, topics, pollers, schedules; and what goes wrong with places."""
