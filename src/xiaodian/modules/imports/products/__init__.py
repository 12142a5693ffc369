"""Products in files: Shopify's format and ours, read, judged, written and given out."""
