"""What ``carebot check`` finds."""
