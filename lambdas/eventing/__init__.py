"""The runtime that every domain's functions share. Ships as a layer, with `contracts`."""
