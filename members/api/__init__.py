"""Members as storefronts read and change them."""
