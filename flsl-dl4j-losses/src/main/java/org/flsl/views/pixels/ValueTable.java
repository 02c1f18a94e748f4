package org.flsl.views.pixels;

import java.util.function.IntUnaryOperator;

/** A new value for each of the 256 old ones, the same for every channel. */
final class ValueTable {

  private final byte[] table = new byte[256];

  ValueTable(IntUnaryOperator newValue) {
    for (int value = 0; value < table.length; value++) {
      table[value] = (byte) newValue.applyAsInt(value);
    }
  }

  void applyTo(RgbImage image) {
    byte[] data = image.data();
    for (int i = 0; i < data.length; i++) {
      data[i] = table[data[i] & 0xff];
    }
  }
}
