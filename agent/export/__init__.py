"""Stored runs in the forms that other programs read: a page, a folder to share, pictures, COCO, spans."""
