"""`python -m wardline` is `wardline`."""

from wardline.cli import main

main()
