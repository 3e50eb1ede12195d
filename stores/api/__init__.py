"""Clients and their tokens; members of programmes, as storefronts see them."""
