"""What counts something for a person: dates as people give them, and the days a plan has."""
