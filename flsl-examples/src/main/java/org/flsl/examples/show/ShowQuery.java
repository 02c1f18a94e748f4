package org.flsl.examples.show;

import java.awt.image.BufferedImage;
import java.util.List;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.pictures.Legend;
import org.flsl.examples.pictures.MeanShiftAttention;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.PhotoTokens;
import org.flsl.examples.pictures.Place;
import org.flsl.examples.pictures.Sheet;
import org.flsl.examples.pictures.Sheet.Tile;
import org.flsl.examples.pictures.WeightRange;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flsl show query}. */
@Command(
    name = "query",
    sortOptions = false,
    description = {
      "The tokens that the mean shift gathers for a query at a place of the first photo:",
      "in that photo with the trained tau of a view (--tau-sa), in the others with that of the"
          + " teacher's view (--tau-ca)."
    })
final class ShowQuery extends Show {
  @Option(
      names = "--at",
      paramLabel = "X,Y",
      required = true,
      converter = PlaceConverter.class,
      description = "The query: a pixel of the first photo.")
  private Place place;

  @Option(
      names = "--sharpen",
      paramLabel = "X",
      description =
          "Multiplies both tau: more than 1 gathers fewer tokens. Default: ${DEFAULT-VALUE}")
  private double sharpen = 1;

  ShowQuery(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Sheet sheet(List<NamedPhoto> photos) {
    Painter painter = painter();
    Sheet sheet = new Sheet(columns());
    PhotoTokens first = photos.get(0).tokens();
    int token = first.tokenAt(place);
    INDArray query = first.tokens().getRow(token);
    MeanShiftAttention own = new MeanShiftAttention(sharpen * subject().tauSelf());
    MeanShiftAttention cross = new MeanShiftAttention(sharpen * subject().tauCross());
    for (NamedPhoto named : photos) {
      PhotoTokens photo = named.tokens();
      boolean isOwn = photo == first;
      float[] weights = (isOwn ? own : cross).weights(query, photo.tokens());
      WeightRange range = WeightRange.of(weights);
      BufferedImage plain = painter.photo(photo.photo());
      BufferedImage heat = painter.heat(photo, weights, range);
      if (isOwn) {
        painter.marked(plain, photo.photo(), place);
        painter.marked(heat, photo.photo(), place);
      }
      sheet.add(
          List.of(
              new Tile(plain, named.name()),
              new Tile(
                  heat,
                  "%s: %s".formatted(isOwn ? "own view" : "across", range.words(weights.length)))));
    }
    sheet.legend(
        new Legend.Scale(
            "smallest weight", "largest weight; captions give both, as multiples of the mean"));
    sheet.legend(
        new Legend.Note(
            "The query is in the ring, at %s; tau is %.3g in its own view and %.3g across"
                .formatted(place, own.tau(), cross.tau())));
    return sheet;
  }
}
