package org.flsl.examples.show;

import org.flsl.examples.pictures.Place;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a place in a photo, {@code x,y}. */
final class PlaceConverter implements ITypeConverter<Place> {
  @Override
  public Place convert(String text) {
    try {
      String[] parts = text.split(",", -1);
      if (parts.length == 2) {
        return new Place(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new TypeConversionException(
        "'%s' is no place in a photo: expected pixels from its upper left corner, x,y as in 120,80"
            .formatted(text));
  }
}
