"""The HTML report: views in Python, pictures as SVG, templates, style and script. ``reports.html`` puts it together."""
