"""Parts of an Office Open XML file (ECMA-376): the package, styles, numbering, and the walk over WordprocessingML."""
