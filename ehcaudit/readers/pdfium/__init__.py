"""The parts of the PDF reader: what PDFium sees on a page, and how lines, tables and paragraphs are made of it."""
