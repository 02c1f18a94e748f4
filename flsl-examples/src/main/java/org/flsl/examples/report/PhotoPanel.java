package org.flsl.examples.report;

import java.util.List;

/**
 * A photo and what an untrained and the trained network make of it.
 *
 * @param name of its file
 * @param photo as a data URI
 * @param width of all its pictures, in pixels
 * @param height of all its pictures, in pixels
 * @param views kinds of pictures
 */
record PhotoPanel(String name, String photo, int width, int height, List<View> views) {

  /** One kind of picture, before and after, as data URIs. */
  record View(String title, String untrained, String trained) {}
}
