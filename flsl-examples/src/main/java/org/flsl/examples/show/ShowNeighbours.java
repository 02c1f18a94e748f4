package org.flsl.examples.show;

import java.util.List;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.Legend;
import org.flsl.examples.pictures.Neighbours;
import org.flsl.examples.pictures.Neighbours.Neighbour;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.PhotoTokens;
import org.flsl.examples.pictures.Place;
import org.flsl.examples.pictures.Sheet;
import org.flsl.examples.pictures.Sheet.Tile;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flsl show neighbours}. */
@Command(
    name = "neighbours",
    sortOptions = false,
    description = {
      "The tokens of other photos that are most like the one at a place of the first photo:",
      "the best of each photo, the best photos first."
    })
final class ShowNeighbours extends Show {
  @Option(
      names = "--at",
      paramLabel = "X,Y",
      required = true,
      converter = PlaceConverter.class,
      description = "The query: a pixel of the first photo.")
  private Place place;

  @Option(
      names = "--nearest",
      paramLabel = "N",
      description = "Neighbours to show. Default: ${DEFAULT-VALUE}")
  private int nearest = 7;

  ShowNeighbours(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Sheet sheet(List<NamedPhoto> photos) {
    UserError.requireAtLeast(1, "--nearest", nearest);
    if (photos.size() < 2) {
      throw new UserError("neighbours are looked for in other photos: --images takes two or more");
    }
    PhotoTokens first = photos.get(0).tokens();
    INDArray query = first.tokens().getRow(first.tokenAt(place));
    Painter painter = painter();
    Sheet sheet = new Sheet(columns());
    sheet.add(
        List.of(
            new Tile(
                painter.marked(painter.photo(first.photo()), first.photo(), place),
                "query: " + photos.get(0).name())));
    List<NamedPhoto> others = photos.subList(1, photos.size());
    List<PhotoTokens> searched = others.stream().map(NamedPhoto::tokens).toList();
    for (Neighbour neighbour : Neighbours.of(query, searched, nearest)) {
      NamedPhoto photo = others.get(neighbour.photo());
      PhotoTokens tokens = photo.tokens();
      sheet.add(
          List.of(
              new Tile(
                  painter.marked(
                      painter.photo(tokens.photo()),
                      tokens.photo(),
                      tokens.placeOf(neighbour.token())),
                  "%.3f  %s".formatted(neighbour.similarity(), photo.name()))));
    }
    sheet.legend(
        new Legend.Note("Rings mark the tokens; the number is the cosine of query and neighbour"));
    return sheet;
  }
}
