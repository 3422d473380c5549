"""What contracts are written in: field types, the envelope, and the catalog of all of them."""
