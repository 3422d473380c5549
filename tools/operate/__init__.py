"""The operator's commands for a CDK app that moves events: what waits and why, and what to do.

They read the app's cloud assembly, through `routes`, and work through `accounts` on AWS and on the
local run alike. They know no domain, no event and no account.
"""
