package org.flsl.examples.pictures;

import java.awt.Color;
import java.util.List;

/** What the colours of a sheet mean. */
public sealed interface Legend {

  /** A colour each. */
  record Swatches(List<Swatch> swatches) implements Legend {}

  /** A colour and its meaning. */
  record Swatch(Color colour, String label) {}

  /** The scale of {@link Palette#weight}, with what its ends mean. */
  record Scale(String dark, String bright) implements Legend {}

  /** A line of text. */
  record Note(String text) implements Legend {}
}
