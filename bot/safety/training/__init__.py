"""Training the learned layer; nothing here is needed to answer."""
