"""The front pane: where every measured individual stands by the first two objectives, and how the run came there."""
