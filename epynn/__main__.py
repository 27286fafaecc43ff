"""``python -m epynn`` does what the command ``epynn`` does."""

from epynn.cli import main

if __name__ == '__main__':
    main()
