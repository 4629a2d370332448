"""Export of stored runs: HTML page, folder to share, images, COCO, OpenTelemetry spans."""
