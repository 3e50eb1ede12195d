"""Tags: which there are, what members have and why, segments and who is in them."""
