package org.flsl.evaluation.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.Davis;
import org.flsl.evaluation.data.DavisSequence;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class VideoBenchmarkTest {

  private static final int FRAMES = 6;

  @TempDir Path root;

  @BeforeEach
  void draw() throws IOException {
    DrawnVideo.write(root, "squares", FRAMES);
  }

  /** The mean colour of patches: enough to tell what this video shows. */
  private static final class Colours implements FeatureExtractor {
    private static final int PATCH = 4;

    @Override
    public ImageSize fit(ImageSize size) {
      return new ImageSize(size.height() / PATCH * PATCH, size.width() / PATCH * PATCH);
    }

    @Override
    public TokenGrid grid(ImageSize size) {
      return TokenGrid.of(size.height(), size.width(), PATCH);
    }

    @Override
    public INDArray tokens(INDArray images) {
      TokenGrid grid = grid(new ImageSize((int) images.size(2), (int) images.size(3)));
      return images
          .reshape('c', images.size(0), 3, grid.height(), PATCH, grid.width(), PATCH)
          .mean(3, 5)
          .permute(0, 2, 3, 1)
          .dup('c')
          .reshape('c', images.size(0), grid.tokens(), 3);
    }
  }

  private VideoBenchmark benchmark() {
    return VideoBenchmark.builder(new Davis(root, "480p").all())
        .shortSide(DrawnVideo.HEIGHT)
        .build();
  }

  @Test
  void followsColouredSquares() {
    VideoScore score = benchmark().score(new Colours(), VideoBenchmark.Sink.NONE);

    assertEquals(2, score.objects().size());
    for (VideoScore.ObjectScore object : score.objects()) {
      assertTrue(object.region() > 0.75, object.toString());
      assertTrue(object.contour() > 0.8, object.toString());
    }
    assertEquals((score.region() + score.contour()) / 2, score.both(), 1e-12);
  }

  @Test
  void losesThemWhereNoFeatureTellsThem() {
    FeatureExtractor blind = new Blind();

    VideoScore score = benchmark().score(blind, VideoBenchmark.Sink.NONE);

    assertTrue(score.both() < 0.6, "J&F " + score.both());
  }

  /** The same features everywhere: labels spread from where they were. */
  private static final class Blind implements FeatureExtractor {
    private final Colours colours = new Colours();

    @Override
    public ImageSize fit(ImageSize size) {
      return colours.fit(size);
    }

    @Override
    public TokenGrid grid(ImageSize size) {
      return colours.grid(size);
    }

    @Override
    public INDArray tokens(INDArray images) {
      return colours.tokens(images).assign(1);
    }
  }

  @Test
  void handsOutAMaskOfEveryFrameAndLeavesTheLastOneUnmeasured() throws IOException {
    Files.delete(root.resolve("Annotations/480p/squares/00005.png"));
    List<Integer> frames = new ArrayList<>();

    benchmark()
        .score(
            new Colours(),
            (DavisSequence video, int frame, LabelMask mask) -> {
              assertEquals(DrawnVideo.WIDTH, mask.width());
              assertEquals(DrawnVideo.HEIGHT, mask.height());
              frames.add(frame);
            });

    assertEquals(List.of(0, 1, 2, 3, 4, 5), frames);
  }

  @Test
  void averagesOverObjectsAndNamesSequences() throws IOException {
    DrawnVideo.write(root, "again", 3);

    List<Measured> measured =
        benchmark().measure(Candidate.of("colours", new Colours()), VideoBenchmark.Sink.NONE);

    assertEquals(
        List.of("J", "F", "J&F", "J&F of again", "J&F of squares"),
        measured.stream().map(Measured::measure).toList());
    assertEquals(1, measured.get(0).values().size(), "no seeds where nothing is random");
  }

  @Test
  void explainsWhatCannotBeMeasured() throws IOException {
    Path masks = root.resolve("Annotations/480p/squares");
    LabelMask small = new LabelMask(2, 2, new int[] {0, 1, 1, 0});
    DrawnVideo.mask(small, masks.resolve("00003.png"));
    assertMessage("00003.png has 2 x 2 pixels and the frames of squares 128 x 96 (width x height)");

    Files.delete(masks.resolve("00003.png"));
    assertMessage("The sequence squares has no mask");

    Files.delete(masks.resolve("00000.png"));
    assertMessage("00000.png");

    LabelMask empty = new LabelMask(128, 96, new int[128 * 96]);
    DrawnVideo.mask(empty, masks.resolve("00000.png"));
    assertMessage("There is no object in the first mask of squares");
  }

  @Test
  void refusesAVideoOfOneFrame() throws IOException {
    DrawnVideo.write(root, "photo", 1);

    assertMessage("The sequence photo has 1 frame(s): expected at least 3");
  }

  private void assertMessage(String part) {
    String message = assertThrows(IllegalArgumentException.class, this::benchmark).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }
}
