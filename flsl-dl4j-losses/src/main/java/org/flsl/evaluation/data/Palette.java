package org.flsl.evaluation.data;

import java.awt.image.IndexColorModel;

/** The colours in which indexed PNGs show labels. */
public enum Palette {
  /** That of PASCAL VOC: all 256 colours differ. */
  PASCAL_VOC {
    @Override
    int channel(int label, int channel) {
      return spread(label, channel);
    }
  },

  /** That of DAVIS: 22 colours like VOC's, save that 192 is 191, then greys. */
  DAVIS {
    @Override
    int channel(int label, int channel) {
      if (label >= COLOURED) {
        return label;
      }
      int value = spread(label, channel);
      return value == 192 ? 191 : value;
    }
  };

  private static final int COLOURED = 22;
  private static final int COLOURS = 256;

  /** Red (0), green (1) or blue (2) of a label from 0 to 255. */
  abstract int channel(int label, int channel);

  /** Every third bit of the label, the lowest one most significant. */
  private static int spread(int label, int channel) {
    int value = 0;
    for (int bit = 0; bit * 3 + channel < Byte.SIZE; bit++) {
      value |= (label >> (bit * 3 + channel) & 1) << (7 - bit);
    }
    return value;
  }

  /** The colour of a label, as {@code 0xRRGGBB}; after 255 they begin again. */
  public int rgb(int label) {
    int known = label % COLOURS;
    return channel(known, 0) << 16 | channel(known, 1) << 8 | channel(known, 2);
  }

  IndexColorModel colours() {
    byte[][] channels = new byte[3][COLOURS];
    for (int channel = 0; channel < 3; channel++) {
      for (int label = 0; label < COLOURS; label++) {
        channels[channel][label] = (byte) channel(label, channel);
      }
    }
    return new IndexColorModel(8, COLOURS, channels[0], channels[1], channels[2]);
  }
}
