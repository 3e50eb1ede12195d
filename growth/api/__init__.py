"""Growth value, levels, benefits, paid membership: what storefronts and tills read and record."""
