"""Starting: building what is missing, serving, watching, and the commands that talk to a running bot."""
