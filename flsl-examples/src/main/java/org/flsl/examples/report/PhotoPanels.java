package org.flsl.examples.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.pictures.MeanShiftAttention;
import org.flsl.examples.pictures.Painter;
import org.flsl.examples.pictures.PhotoTokens;
import org.flsl.examples.pictures.Place;
import org.flsl.examples.pictures.PrincipalColours;
import org.flsl.examples.pictures.RankedClusters;
import org.flsl.examples.pictures.TokenReader;
import org.flsl.examples.pictures.Upsampling;
import org.flsl.examples.pictures.WeightRange;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.SamplePhotos;
import org.flsl.views.EvenPicks;
import org.flsl.views.ImageFolder;
import org.flsl.views.PhotoReader.Photo;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Draws the pictures of a report: a few photos of the run, before and after the training. */
final class PhotoPanels {
  private static final int PHOTOS = 4;
  private static final int SIDE = 320;
  private static final int CLUSTERS = 5;
  private static final long SEED = 1;

  private final RunResult run;
  private final Painter painter = new Painter(SIDE, Upsampling.SMOOTH);

  private PhotoPanels(RunResult run) {
    this.run = run;
  }

  /**
   * Draws with the network of a finished run, or with the newest state of one that trains.
   *
   * @return none where no state was saved yet
   */
  static List<PhotoPanel> of(RunResult run) throws IOException {
    Optional<ComputationGraph> trained =
        run.finished() ? Optional.of(run.backbone()) : run.newestBackbone();
    if (trained.isEmpty()) {
      return List.of();
    }
    ComputationGraph untrained = run.untrained();
    try (SamplePhotos shipped = new SamplePhotos()) {
      ImageFolder folder = ImageFolder.scan(run.images().orElse(shipped.folder()));
      return new PhotoPanels(run).draw(folder, untrained, trained.get());
    } finally {
      untrained.close();
      trained.get().close();
    }
  }

  private List<PhotoPanel> draw(
      ImageFolder folder, ComputationGraph untrained, ComputationGraph trained) {
    List<String> names = new ArrayList<>();
    List<Image> photos = new ArrayList<>();
    ImageDecoder decoder = new ImageDecoder(2 * SIDE, run.views().channels());
    for (int pick : EvenPicks.middles(PHOTOS, folder.size())) {
      try {
        Photo photo = new Photo(folder.path(pick), decoder.decode(folder.read(pick)));
        photos.add(photo.image());
        names.add(photo.name());
      } catch (IOException unreadable) {
        // The training has reported it.
      }
    }
    List<List<String>> before = looks(untrained, photos);
    List<List<String>> after = looks(trained, photos);
    List<PhotoPanel> panels = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      List<PhotoPanel.View> views = new ArrayList<>();
      for (Look look : Look.values()) {
        int kind = look.ordinal();
        views.add(new PhotoPanel.View(look.title, before.get(i).get(kind), after.get(i).get(kind)));
      }
      Image photo = photos.get(i);
      BufferedImage plain = painter.marked(painter.photo(photo), photo, middle(photo));
      panels.add(
          new PhotoPanel(names.get(i), uri(plain), plain.getWidth(), plain.getHeight(), views));
    }
    return panels;
  }

  private enum Look {
    CLUSTERS("clusters"),
    COMPONENTS("components"),
    QUERY("query");

    private final String title;

    Look(String title) {
      this.title = title;
    }
  }

  /** One picture of each {@link Look} for each photo. */
  private List<List<String>> looks(ComputationGraph network, List<Image> photos) {
    TokenReader reader = new TokenReader(network, run.views(), TokenReader.usualSide(run.views()));
    List<PhotoTokens> tokens = photos.stream().map(reader::read).toList();
    RankedClusters clusters = RankedClusters.kMeans(tokens, CLUSTERS, SEED);
    PrincipalColours colours = PrincipalColours.of(tokens);
    MeanShiftAttention attention = new MeanShiftAttention(run.tauSelf());
    List<List<String>> looks = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      PhotoTokens photo = tokens.get(i);
      Place query = middle(photo.photo());
      float[] weights =
          attention.weights(photo.tokens().getRow(photo.tokenAt(query)), photo.tokens());
      BufferedImage heat = painter.heat(photo, weights, WeightRange.of(weights));
      looks.add(
          List.of(
              uri(painter.clusters(photo, clusters.ofPhoto(i))),
              uri(painter.colours(photo, colours.of(photo))),
              uri(painter.marked(heat, photo.photo(), query))));
    }
    return looks;
  }

  private static Place middle(Image photo) {
    return new Place(photo.width() / 2, photo.height() / 2);
  }

  private static String uri(BufferedImage picture) {
    return DataUri.of(picture).uri();
  }
}
