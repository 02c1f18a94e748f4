package org.flsl.examples.show;

import java.util.ArrayList;
import java.util.List;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.Legend;
import org.flsl.examples.pictures.MeanShiftAttention;
import org.flsl.examples.pictures.ModelCentroids;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.Palette;
import org.flsl.examples.pictures.RankedClusters;
import org.flsl.examples.pictures.Sheet;
import org.flsl.examples.pictures.Sheet.Tile;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flsl show clusters}. */
@Command(
    name = "clusters",
    sortOptions = false,
    description = "Photos beside maps of clusters; a colour means the same in all of them.")
final class ShowClusters extends Show {

  /** Who makes the clusters. */
  enum By {
    /** K-means over the tokens of these photos. */
    KMEANS,
    /** The model's own centroids: the likeliest of each token's mode, as in training. */
    MODES,
    /** The model's own centroids: the likeliest of each token. */
    TOKENS
  }

  @Option(
      names = "--by",
      description =
          "${COMPLETION-CANDIDATES}: k-means over the tokens; or the model's own centroids, the"
              + " likeliest of each token's mode or of the token itself. Default: ${DEFAULT-VALUE}")
  private By by = By.KMEANS;

  @Option(
      names = "--clusters",
      paramLabel = "N",
      description = "Clusters of k-means, from 2 to 12. Default: ${DEFAULT-VALUE}")
  private int clusters = 6;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of k-means. Default: ${DEFAULT-VALUE}")
  private long seed = 1;

  ShowClusters(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Sheet sheet(List<NamedPhoto> photos) {
    if (clusters < 2 || clusters > Palette.clusters()) {
      throw new UserError(
          "--clusters takes 2 to %d, got %d".formatted(Palette.clusters(), clusters));
    }
    RankedClusters ranked =
        by == By.KMEANS
            ? RankedClusters.kMeans(
                photos.stream().map(NamedPhoto::tokens).toList(), clusters, seed)
            : centroids(photos);
    Sheet sheet = new Sheet(columns());
    Painter painter = painter();
    for (int i = 0; i < photos.size(); i++) {
      NamedPhoto photo = photos.get(i);
      sheet.add(
          List.of(
              new Tile(painter.photo(photo.tokens().photo()), photo.name()),
              new Tile(painter.clusters(photo.tokens(), ranked.ofPhoto(i)), "")));
    }
    sheet.legend(legend(ranked));
    return sheet;
  }

  private Legend legend(RankedClusters ranked) {
    List<Legend.Swatch> swatches = new ArrayList<>();
    int named = Math.min(ranked.clusters().size(), Palette.clusters());
    String what = by == By.KMEANS ? "cluster" : "centroid";
    double rest = 1;
    for (int k = 0; k < named; k++) {
      double share = ranked.share(k);
      rest -= share;
      swatches.add(
          new Legend.Swatch(
              Palette.cluster(k),
              "%s %d  %s".formatted(what, ranked.clusters().get(k) + 1, percent(share))));
    }
    if (ranked.clusters().size() > named) {
      swatches.add(
          new Legend.Swatch(
              Palette.cluster(named),
              "%d more  %s".formatted(ranked.clusters().size() - named, percent(rest))));
    }
    return new Legend.Swatches(swatches);
  }

  private static String percent(double share) {
    return share < 0.005 ? "<1%" : "%.0f%%".formatted(100 * share);
  }

  private RankedClusters centroids(List<NamedPhoto> photos) {
    if (untrained()) {
      throw new UserError("--untrained has no centroids of its own: leave out --by");
    }
    int width = (int) photos.get(0).tokens().tokens().size(1);
    ModelCentroids centroids = ModelCentroids.of(subject().training(), width);
    MeanShiftAttention shift = new MeanShiftAttention(subject().tauCross());
    List<int[]> parts = new ArrayList<>();
    for (NamedPhoto photo : photos) {
      INDArray tokens = photo.tokens().tokens();
      parts.add(centroids.likeliest(by == By.MODES ? shift.modes(tokens, tokens) : tokens));
    }
    return RankedClusters.of(parts);
  }
}
