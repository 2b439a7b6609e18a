"""The reviewers' pages: HTML from templates, one style sheet, small modules of script; no build step."""
