"""The site: routes, pages' frame, errors, security headers. plugins/site.py hands its hooks to Datasette."""
