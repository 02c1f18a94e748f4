package org.flsl.layers.weights;

import static org.flsl.layers.weights.VitPart.WEIGHT;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout.Slot;

/** What the shapes of a file's tensors say about its network. */
final class VitShape {
  /** Heads of the published networks, by their width. */
  private static final Map<Integer, Integer> PUBLISHED_HEADS =
      Map.of(192, 3, 384, 6, 768, 12, 1024, 16, 1280, 16);

  private final VitMatch match;
  private final Map<String, String> notes;
  private final int givenHeads;
  private final int[] imageSize;
  private final double givenEps;
  private final int width;

  /**
   * @param imageSize height and width of the images that the positions are for; empty for squares
   */
  VitShape(
      VitMatch match, Map<String, String> notes, int givenHeads, int[] imageSize, double givenEps) {
    this.match = match;
    this.notes = notes;
    this.givenHeads = givenHeads;
    this.imageSize = imageSize;
    this.givenEps = givenEps;
    this.width = (int) match.tensor("norm1", WEIGHT, 0).elements();
  }

  /**
   * The shape of the network.
   *
   * @throws WeightsException if the shapes contradict each other, or leave something open
   */
  VitConfig config() {
    match
        .wholeNumbers()
        .ifPresent(
            tensor -> {
              throw new WeightsException(
                  "it has whole numbers for weights (%s), as quantised networks do: take the network before it was quantised"
                      .formatted(tensor));
            });
    int patch = match.patch();
    if (patch == 0) {
      throw new WeightsException(
          "its patch embedding has the shape %s, which is none of square patches"
              .formatted(Arrays.toString(match.tensor("patch", WEIGHT, -1).shape())));
    }
    TokenGrid grid = match.grid(imageSize).orElseThrow(this::noGrid);
    boolean norm = match.tensor("norm", WEIGHT, -1) != null;
    VitConfig.Builder builder =
        VitConfig.builder()
            .width(width)
            .depth(match.depth())
            .heads(heads())
            .patch(patch)
            .channels(match.channels())
            .mlpRatio(VitConfig.mlpRatio((int) match.tensor("fc1", WEIGHT, 0).shape()[0], width))
            .normEps(eps())
            .dropPath(0)
            .positions(Positions.LEARNED)
            .finalNorm(norm)
            .imageSize(grid.height() * patch, grid.width() * patch);
    VitConfig config;
    try {
      config = builder.build();
    } catch (IllegalArgumentException e) {
      throw new WeightsException(e.getMessage(), e);
    }
    checkShapes(config);
    return config;
  }

  private int heads() {
    if (givenHeads > 0) {
      return givenHeads;
    }
    if (match.toldHeads() > 0) {
      return match.toldHeads();
    }
    return FileNotes.heads(notes)
        .or(() -> Optional.ofNullable(PUBLISHED_HEADS.get(width)))
        .orElseThrow(
            () ->
                new WeightsException(
                    "it does not tell the number of attention heads, and no published network has the width %d: say it with --heads (its layout is %s)"
                        .formatted(width, match.layout())));
  }

  private double eps() {
    return givenEps > 0 ? givenEps : FileNotes.normEps(notes).orElse(match.layout().eps());
  }

  private WeightsException noGrid() {
    int own = match.positionedTokens();
    return new WeightsException(
        "it has positions for %d tokens%s, which do not cover %s: say the size of its images with --image-size HEIGHTxWIDTH"
            .formatted(
                match.positions(),
                own > 0 ? ", " + own + " of them no patches" : "",
                imageSize.length == 0
                    ? "a square"
                    : "%dx%d pixels".formatted(imageSize[0], imageSize[1])));
  }

  private void checkScale(String scale, int block, boolean expected) {
    Tensor tensor = match.tensor(scale, "", block);
    if ((tensor != null) != expected || tensor != null && tensor.elements() != width) {
      throw new WeightsException(
          "its LayerScale %s is %s, and the first block %s, in a network of width %d: it is damaged"
              .formatted(
                  match.prefix() + match.layout().describe(new Slot(scale, "", block, -1)),
                  tensor == null ? "missing" : "of shape " + Arrays.toString(tensor.shape()),
                  expected ? "has one" : "has none",
                  width));
    }
  }

  /** Whether nobody tells the number of heads, so that it is that of most networks of the width. */
  boolean guessesHeads() {
    return givenHeads <= 0 && match.toldHeads() <= 0 && FileNotes.heads(notes).isEmpty();
  }

  private void checkShapes(VitConfig config) {
    for (Tensor token : match.ownTokens()) {
      if (token.elements() % width != 0) {
        throw new WeightsException(
            "it has a token of shape %s in a network of width %d"
                .formatted(Arrays.toString(token.shape()), width));
      }
    }
    for (String scale : List.of("scale1", "scale2")) {
      for (int block = 0; block < config.depth(); block++) {
        checkScale(scale, block, match.tensor(scale, "", 0) != null);
      }
    }
    for (Slot slot : VitPart.slots(config)) {
      long[] found = match.shape(slot);
      long[] expected = VitPart.shape(config, slot);
      boolean linearPatch = slot.key().equals("patch") && found != null && found.length == 2;
      if (found != null
          && !Arrays.equals(found, expected)
          && !(linearPatch && Tensor.elements(found) == Tensor.elements(expected))) {
        throw new WeightsException(
            "its %s has the shape %s, and %s would fit a network of width %d: it is no Vision Transformer of this kind, or damaged"
                .formatted(
                    match.prefix() + match.layout().describe(slot),
                    Arrays.toString(found),
                    Arrays.toString(expected),
                    width));
      }
    }
  }
}
