"""The overview: reviewed tags, counted for the Secretariat's note, with the answers behind each number."""
