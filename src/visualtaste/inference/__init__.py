"""Photos in, interests out, without torch."""
