"""A signal that comes just before a system call that waits takes effect at once, wherever it is.

Python only records such a signal, and its handler runs when something else ends the call. The small
library of support/syscalls.py raises the signal at exactly that moment, so the speed of the machine
makes no difference: if the signal is lost, the process runs until it is killed.
"""
