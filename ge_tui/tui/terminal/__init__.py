"""What the terminal can do and how it is spoken to: colours, signs, the mouse, the clipboard, calling the user back."""
