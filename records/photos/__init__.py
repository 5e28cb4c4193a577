"""Photos people sent: let in with care, developed for others to see, judged, and compared with all that came before."""
