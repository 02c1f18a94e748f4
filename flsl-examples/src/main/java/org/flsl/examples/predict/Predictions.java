package org.flsl.examples.predict;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.flsl.examples.train.TrainedModel;
import org.flsl.views.pixels.Image;

/** What the models of a task say, written into a folder. */
interface Predictions extends Closeable {

  /** The predictions of a task. */
  interface Factory {

    /** Which, by the name that models tell. */
    String task();

    /**
     * Begins.
     *
     * @param folder receives files; it is empty
     */
    Predictions of(TrainedModel model, Path folder, Overlays overlays) throws IOException;
  }

  /**
   * An image to look at.
   *
   * @param name by which what is said of it is called: a relative path without an ending
   */
  record Photo(String name, Image image) {}

  /** Looks at some images and writes what is found. */
  void add(List<Photo> photos) throws IOException;

  /**
   * Writes what is about all images.
   *
   * @return what was written, line by line
   */
  List<String> finish() throws IOException;

  /** What is not finished by then is not there. */
  @Override
  default void close() throws IOException {}
}
