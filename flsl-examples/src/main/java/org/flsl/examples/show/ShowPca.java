package org.flsl.examples.show;

import java.util.List;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.pictures.Legend;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.PrincipalColours;
import org.flsl.examples.pictures.Sheet;
import org.flsl.examples.pictures.Sheet.Tile;
import picocli.CommandLine.Command;

/** {@code flsl show pca}. */
@Command(
    name = "pca",
    sortOptions = false,
    description = "Photos beside the first three principal components of their tokens, as colour.")
final class ShowPca extends Show {

  ShowPca(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Sheet sheet(List<NamedPhoto> photos) {
    PrincipalColours colours =
        PrincipalColours.of(photos.stream().map(NamedPhoto::tokens).toList());
    Painter painter = painter();
    Sheet sheet = new Sheet(columns());
    for (NamedPhoto photo : photos) {
      sheet.add(
          List.of(
              new Tile(painter.photo(photo.tokens().photo()), photo.name()),
              new Tile(painter.colours(photo.tokens(), colours.of(photo.tokens())), "")));
    }
    double[] explained = colours.explained();
    sheet.legend(
        new Legend.Note(
            "Like colours are like tokens. Red, green and blue are the first three principal"
                + " components; they explain %.0f, %.0f and %.0f%% of the variance"
                    .formatted(100 * explained[0], 100 * explained[1], 100 * explained[2])));
    return sheet;
  }
}
