"""Per resource type that moves events, the function that reads its hops: one module a service."""
