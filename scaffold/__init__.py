"""Makes a new domain: `make domain NAME=gift-cards OBSERVES=invoicing:InvoiceIssued`.

Its files are made of those in `templates`, each a few lines with the business left to fill in.
Outside them a domain is an account in cdk.json and its lines in stacks/subscriptions.py.
"""
