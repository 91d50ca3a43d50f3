"""The command line, the actors, the schedule and the embedded engines: wires everything, decides nothing."""
