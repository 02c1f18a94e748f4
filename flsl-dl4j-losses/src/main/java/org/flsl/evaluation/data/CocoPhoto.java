package org.flsl.evaluation.data;

/** An image that COCO's json lists. */
record CocoPhoto(long id, String name, int width, int height) {}
