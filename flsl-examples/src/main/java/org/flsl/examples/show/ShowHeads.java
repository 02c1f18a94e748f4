package org.flsl.examples.show;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.BlockAttention;
import org.flsl.examples.pictures.Legend;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.PhotoTokens;
import org.flsl.examples.pictures.Place;
import org.flsl.examples.pictures.Sheet;
import org.flsl.examples.pictures.Sheet.Tile;
import org.flsl.examples.pictures.WeightRange;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flsl show heads}. */
@Command(
    name = "heads",
    sortOptions = false,
    description = "Photos beside the attention of each head of a block.")
final class ShowHeads extends Show {

  @Option(
      names = "--block",
      paramLabel = "N",
      description = "The block, from 1 at the entrance. Default: the last")
  private Integer block;

  @Option(names = "--head", paramLabel = "N", description = "One head only, from 1. Default: all")
  private Integer head;

  @Option(
      names = "--at",
      paramLabel = "X,Y",
      converter = PlaceConverter.class,
      description =
          "Attention of the token at this pixel of each photo. Default: the mean over all tokens")
  private Place place;

  ShowHeads(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Sheet sheet(List<NamedPhoto> photos) {
    int blocks = BlockAttention.blocks(network());
    int chosen = block == null ? blocks : within(1, blocks, "--block", block);
    BlockAttention attention = BlockAttention.of(network(), chosen - 1);
    if (head != null) {
      within(1, attention.heads(), "--head", head);
    }
    Painter painter = painter();
    Sheet sheet = new Sheet(columns());
    for (NamedPhoto named : photos) {
      PhotoTokens photo = named.tokens();
      INDArray image = reader().image(photo.photo());
      float[][] heads =
          place == null
              ? attention.onAverage(image)
              : attention.ofToken(image, photo.tokenAt(place));
      List<Tile> tiles = new ArrayList<>();
      tiles.add(new Tile(marked(painter, painter.photo(photo.photo()), photo), named.name()));
      for (int h = 0; h < heads.length; h++) {
        if (head == null || head == h + 1) {
          WeightRange range = WeightRange.of(heads[h]);
          BufferedImage heat = painter.heat(photo, heads[h], range);
          tiles.add(
              new Tile(
                  marked(painter, heat, photo),
                  "block %d, head %d: %s".formatted(chosen, h + 1, range.words(heads[h].length))));
        }
      }
      sheet.add(tiles);
    }
    sheet.legend(
        new Legend.Scale(
            "smallest attention", "largest; captions give both, as multiples of the mean"));
    return sheet;
  }

  private BufferedImage marked(Painter painter, BufferedImage picture, PhotoTokens photo) {
    return place == null ? picture : painter.marked(picture, photo.photo(), place);
  }

  private static int within(int smallest, int largest, String option, int value) {
    if (value < smallest || value > largest) {
      throw new UserError(
          "%s takes %d to %d for this network, got %d".formatted(option, smallest, largest, value));
    }
    return value;
  }
}
