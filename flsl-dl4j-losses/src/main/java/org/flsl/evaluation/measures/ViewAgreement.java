package org.flsl.evaluation.measures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.KMeans;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.Photos;
import org.flsl.layers.TokenGrid;
import org.flsl.views.ColourAugmentation;
import org.flsl.views.CropSampler;
import org.flsl.views.EvenPicks;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Do two crops of a photo, in other colours, put the same place into the same cluster? A score that
 * needs no labels.
 *
 * <p>Two crops are drawn of each photo, and changed in colour as in training. The tokens at places
 * that both show are clustered with k-means, those of all photos and both crops together; K is
 * always the same, so that candidates with other numbers of centroids can be compared.
 *
 * <p>{@code score = agreement H(p) / ln K}: agreement is the share of places whose two tokens are
 * in one cluster, p the share of tokens in each cluster, H its entropy. It lies in [0, 1]; tokens
 * that are all alike get 0, and random clusters 1/K.
 *
 * <p>Its limits: it asks for tokens that do not change, not for tokens that mean something. What is
 * easy to see again, such as brightness or the sky, scores well, and so does a network that was
 * hardly trained. Use it to see which candidates collapse and which are stable; use labels, be they
 * few, to see which are good.
 */
public final class ViewAgreement extends Measure {
  private static final int PHOTOS = 64;
  private static final int PLACES = 24;
  private static final int CLUSTERS = 16;
  private static final int BATCH = 16;
  private static final long SEED = 1;

  private static final ViewConfig PAPER = ViewConfig.paper();

  private final BicubicResize resize = new BicubicResize();
  private final ColourAugmentation colours = new ColourAugmentation(PAPER);
  private final CropSampler crops = new CropSampler(PAPER.studentScale(), PAPER.aspectRatio());

  /** For the service loader. */
  public ViewAgreement() {
    super(
        "label-free",
        "Do two crops of a photo, in other colours, put the same place into the same cluster, and"
            + " are the clusters all used? Needs any photos.");
  }

  /** Of some of the photos where there are many. */
  @Override
  public Benchmark on(MeasuredImages images) {
    Photos photos = Photos.in(images.folder());
    int[] some = images.readable().indices(photos, EvenPicks.fromFirst(PHOTOS, photos.size()));
    return candidate -> Measured.one("agreement", candidate, score(photos, some, candidate));
  }

  private double score(Photos photos, int[] some, Candidate candidate) {
    FeatureExtractor features = candidate.features();
    ImagePreparation preparation = candidate.preparation();
    TokenGrid grid = features.grid(candidate.size());
    ImageDecoder decoder = preparation.decoder();

    List<float[]> first = new ArrayList<>();
    List<float[]> second = new ArrayList<>();
    for (int from = 0; from < some.length; from += BATCH) {
      List<Pair> pairs = new ArrayList<>();
      for (int i = from; i < Math.min(some.length, from + BATCH); i++) {
        pairs.add(pair(photos.image(some[i], decoder), some[i], candidate.size()));
      }
      first.addAll(tokens(features, preparation, pairs, Pair::first, grid));
      second.addAll(tokens(features, preparation, pairs, Pair::second, grid));
    }
    return score(first, second);
  }

  /** Two crops of one photo, and places that both show, in the photo's pixels. */
  private record Pair(Crop first, Crop second, double[][] places) {}

  private record Crop(CropBox box, Image image) {
    /** The token, row by row, that stands where a place of the photo is. */
    int token(double[] place, TokenGrid grid) {
      int row = (int) (grid.height() * (place[0] - box.top()) / box.height());
      int column = (int) (grid.width() * (place[1] - box.left()) / box.width());
      return Math.min(row, grid.height() - 1) * grid.width() + Math.min(column, grid.width() - 1);
    }
  }

  private Pair pair(Image image, int photo, ImageSize size) {
    RandomGenerator random =
        RandomGeneratorFactory.of("SplittableRandom").create(SEED * 1_000_003 + photo);
    CropBox a = crops.draw(image.height(), image.width(), random);
    CropBox b;
    double top;
    double left;
    double height;
    double width;
    do {
      b = crops.draw(image.height(), image.width(), random);
      top = Math.max(a.top(), b.top());
      left = Math.max(a.left(), b.left());
      height = Math.min(a.top() + a.height(), b.top() + b.height()) - top;
      width = Math.min(a.left() + a.width(), b.left() + b.width()) - left;
    } while (height <= 0 || width <= 0);
    double[][] places = new double[PLACES][];
    for (int i = 0; i < PLACES; i++) {
      places[i] =
          new double[] {top + height * random.nextDouble(), left + width * random.nextDouble()};
    }
    return new Pair(crop(image, a, size, random), crop(image, b, size, random), places);
  }

  private Crop crop(Image image, CropBox box, ImageSize size, RandomGenerator random) {
    Image crop = resize.resize(image, box, size.height(), size.width());
    colours.applyTo(crop, random);
    return new Crop(box, crop);
  }

  /** The tokens at all places of the pairs, in one of their crops. */
  private static List<float[]> tokens(
      FeatureExtractor features,
      ImagePreparation preparation,
      List<Pair> pairs,
      Function<Pair, Crop> which,
      TokenGrid grid) {
    List<Image> images = pairs.stream().map(which).map(Crop::image).toList();
    INDArray output = features.tokens(preparation.batch(images));
    List<float[]> tokens = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      float[][] sequence = output.tensorAlongDimension(i, 1, 2).toFloatMatrix();
      Crop crop = which.apply(pairs.get(i));
      for (double[] place : pairs.get(i).places()) {
        tokens.add(unit(sequence[crop.token(place, grid)]));
      }
    }
    return tokens;
  }

  private static float[] unit(float[] token) {
    double norm = 0;
    for (float x : token) {
      norm += x * x;
    }
    float[] unit = new float[token.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (token[i] / Math.sqrt(norm));
    }
    return unit;
  }

  /**
   * The score of tokens.
   *
   * @param first of the first crops
   * @param second those of the same places in the second crops
   * @return NaN where a token is no number
   */
  static double score(List<float[]> first, List<float[]> second) {
    List<float[]> all = new ArrayList<>(first);
    all.addAll(second);
    for (float[] token : all) {
      for (float x : token) {
        if (!Float.isFinite(x)) {
          return Double.NaN;
        }
      }
    }
    INDArray points = Nd4j.createFromArray(all.toArray(float[][]::new));
    int[] clusters = KMeans.fit(points, CLUSTERS, SEED).assign(points);
    int places = first.size();
    int agreed = 0;
    int[] sizes = new int[CLUSTERS];
    for (int i = 0; i < places; i++) {
      agreed += clusters[i] == clusters[places + i] ? 1 : 0;
      sizes[clusters[i]]++;
      sizes[clusters[places + i]]++;
    }
    double entropy =
        -Arrays.stream(sizes)
            .filter(size -> size > 0)
            .mapToDouble(size -> size / (2.0 * places))
            .map(share -> share * Math.log(share))
            .sum();
    return (double) agreed / places * entropy / Math.log(CLUSTERS);
  }
}
