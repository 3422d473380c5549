"""The CDK app: one stack per domain, composed of building blocks."""
