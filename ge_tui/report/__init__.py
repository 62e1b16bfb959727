"""A run told on one page: values are gathered, drawn as pictures, and set as a page that loads nothing."""
