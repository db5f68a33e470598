"""The audit log as people read it: what was done, in words, and to what."""
