"""The invoicing domain."""
