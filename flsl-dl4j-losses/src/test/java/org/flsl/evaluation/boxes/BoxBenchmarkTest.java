package org.flsl.evaluation.boxes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TokenGrid;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BoxBenchmarkTest {

  private static final int CLASSES = 10;
  private static final int SIDE = 32;

  private static final List<String> NAMES =
      IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();

  /** Grey images, the object's box has the brightness of its class. */
  private record Drawn(int size, int perClassShift, List<String> classes) implements BoxSet {

    @Override
    public String name(int image) {
      return "image " + image;
    }

    private int category(int image) {
      return image % classes.size();
    }

    @Override
    public RgbImage image(int image, ImageDecoder decoder) {
      RgbImage picture = new RgbImage(SIDE, SIDE);
      Arrays.fill(picture.data(), (byte) 255);
      LabelledBox box = boxes(image).get(0);
      int level = NAMES.indexOf(classes.get(category(image))) * 20;
      for (int y = (int) box.top(); y < box.bottom(); y++) {
        for (int x = (int) box.left(); x < box.right(); x++) {
          Arrays.fill(picture.data(), 3 * (y * SIDE + x), 3 * (y * SIDE + x) + 3, (byte) level);
        }
      }
      return picture;
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      int at = 4 * ((image / classes.size() + perClassShift) % 4);
      LabelledBox large = new LabelledBox(category(image), at, 4, at + 16, 24);
      LabelledBox small = new LabelledBox((category(image) + 1) % classes.size(), 0, 0, 2, 2);
      return List.of(large, small);
    }
  }

  /** One token for each 4 x 4 pixels, made by its brightness or at random. */
  private record Patches(SplittableRandom random) implements FeatureExtractor {
    private static final int PATCH = 4;

    @Override
    public ImageSize fit(ImageSize size) {
      return size;
    }

    @Override
    public TokenGrid grid(ImageSize size) {
      return TokenGrid.of(size.height(), size.width(), PATCH);
    }

    @Override
    public INDArray tokens(INDArray images) {
      long batch = images.size(0);
      TokenGrid grid = grid(new ImageSize((int) images.size(2), (int) images.size(3)));
      if (random != null) {
        float[] values = new float[(int) batch * grid.tokens() * 16];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (random.nextDouble() - 0.5);
        }
        return Nd4j.create(values, new long[] {batch, grid.tokens(), 16}, 'c');
      }
      INDArray brightness =
          images
              .castTo(DataType.FLOAT)
              .reshape('c', batch, 3, grid.height(), PATCH, grid.width(), PATCH)
              .mean(1, 3, 5)
              .reshape('c', batch, grid.tokens(), 1);
      // A point of a half circle for each level.
      return Nd4j.concat(
          2,
          org.nd4j.linalg.ops.transforms.Transforms.cos(brightness.mul(0.6)),
          org.nd4j.linalg.ops.transforms.Transforms.sin(brightness.mul(0.6)));
    }
  }

  private static final CentreCrop CROP = new CentreCrop(SIDE, SIDE);

  private static Map<String, Double> measure(BoxBenchmark benchmark, FeatureExtractor features) {
    return byName(benchmark.measure(Candidate.of("features", features)));
  }

  private static Map<String, Double> byName(List<Measured> measured) {
    Map<String, Double> values = new TreeMap<>();
    measured.forEach(each -> values.put(each.measure(), each.mean()));
    return values;
  }

  @Test
  void findsTheClassesThatFeaturesTell() {
    BoxBenchmark benchmark =
        BoxBenchmark.builder(new Drawn(80, 0, NAMES), new Drawn(40, 1, NAMES), CROP)
            .neighbours(4, 0.07)
            .build();

    Map<String, Double> found = measure(benchmark, new Patches(null));

    assertEquals(1, found.get("pooled, top-1"), found.toString());
    assertEquals(1, found.get("pooled, top-5"));
    assertEquals(1, found.get("9 patches, one vote, top-1"), found.toString());
  }

  @Test
  void randomFeaturesReachWhatIsCalledChance() {
    BoxBenchmark benchmark =
        BoxBenchmark.builder(new Drawn(500, 0, NAMES), new Drawn(1000, 1, NAMES), CROP).build();

    Map<String, Double> found = measure(benchmark, new Patches(new SplittableRandom(5)));
    Map<String, Double> chance = byName(benchmark.chance());

    assertEquals(0.1, chance.get("pooled, top-1"), 1e-12);
    assertEquals(0.5, chance.get("9 patches, one vote, top-5"), 1e-12);
    assertEquals(0.6126, chance.get("any of 9 patches, as published, top-1"), 1e-4);
    assertEquals(3.0629, chance.get("any of 9 patches, as published, top-5"), 1e-4);
    chance.forEach(
        (name, guess) -> assertEquals(guess, found.get(name), Math.max(0.06, 0.06 * guess), name));
  }

  @Test
  void measuresTheLargestBoxUnlessAskedForAll() {
    Drawn train = new Drawn(40, 0, NAMES);

    BoxFeatures largest = features(train, BoxFeatures.Choice.LARGEST);
    BoxFeatures all = features(train, BoxFeatures.Choice.ALL);

    assertEquals(40, largest.labels().length);
    assertEquals(40 * 9, largest.patches().size(0));
    assertEquals(80, all.labels().length);
    assertEquals(3, largest.labels()[3]);
  }

  private static BoxFeatures features(BoxSet set, BoxFeatures.Choice choice) {
    return BoxFeatures.of(
        new Patches(null),
        set,
        CROP,
        new ImagePreparation(new ImageSize(SIDE, SIDE)),
        choice,
        7,
        done -> {});
  }

  @Test
  void matchesClassesByName() {
    List<String> reversed = new ArrayList<>(NAMES);
    java.util.Collections.reverse(reversed);
    BoxBenchmark benchmark =
        BoxBenchmark.builder(new Drawn(80, 0, NAMES), new Drawn(40, 1, reversed), CROP)
            .neighbours(4, 0.07)
            .build();

    assertEquals(1, measure(benchmark, new Patches(null)).get("pooled, top-1"));
  }

  @Test
  void refusesClassesThatCannotBeKnown() {
    BoxBenchmark.Builder builder =
        BoxBenchmark.builder(new Drawn(10, 0, NAMES.subList(0, 2)), new Drawn(10, 0, NAMES), CROP);

    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();

    assertTrue(message.contains("\"class 2\" of the test boxes"), message);
  }
}
