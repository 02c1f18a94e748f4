package org.flsl.evaluation.boxes;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.LabelledTokens;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredValues;
import org.flsl.evaluation.NearestNeighbours;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.ImageSize;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures how well features tell the objects in boxes, by k-NN among the boxes of training images.
 *
 * <p>Boxes are resized and cropped exactly like the images. Three ways of judging stand side by
 * side, see {@link BoxVote}: two with one vote for a box, and the published one, whose numbers must
 * be read beside what guessing reaches.
 */
public final class BoxBenchmark implements Benchmark {

  private final BoxSet train;
  private final BoxSet test;
  private final CentreCrop crop;
  private final ImagePreparation preparation;
  private final BoxFeatures.Choice choice;
  private final int k;
  private final double temperature;
  private final int seeds;
  private final int batch;
  private final Progress progress;
  private final int[] trainClass;

  private BoxBenchmark(Builder b) {
    this.train = b.train;
    this.test = b.test;
    this.crop = b.crop;
    this.preparation = b.preparation.apply(new ImageSize(crop.crop(), crop.crop()));
    this.choice = b.allBoxes ? BoxFeatures.Choice.ALL : BoxFeatures.Choice.LARGEST;
    this.k = b.k;
    this.temperature = b.temperature;
    this.seeds = b.seeds;
    this.batch = b.batch;
    this.progress = b.progress;
    if (seeds < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "Seeds and batch must be at least 1, got %d and %d".formatted(seeds, batch));
    }
    this.trainClass = test.classes().stream().mapToInt(train.classes()::indexOf).toArray();
    for (int i = 0; i < trainClass.length; i++) {
      if (trainClass[i] < 0) {
        throw new DatasetException(
            "The class \"%s\" of the test boxes is none of the training boxes, which are %s"
                .formatted(test.classes().get(i), train.classes()));
      }
    }
  }

  /**
   * Starts a benchmark.
   *
   * @param train boxes to learn from
   * @param test boxes to measure on; their classes must be among those of the training boxes
   */
  public static Builder builder(BoxSet train, BoxSet test, CentreCrop crop) {
    return new Builder(train, test, crop);
  }

  /** Top-1 and top-5 accuracy of features, in each way of judging and with each seed. */
  @Override
  public List<Measured> measure(Candidate candidate) {
    MeasuredValues values = new MeasuredValues();
    int runs = candidate.seeded() ? seeds : 1;
    for (int seed = 1; seed <= runs; seed++) {
      FeatureExtractor features = candidate.bySeed().apply(seed);
      BoxFeatures known = features(candidate, features, train, "training");
      BoxFeatures asked = features(candidate, features, test, "test");
      float[] ofPooled = scores(known.pooled(), known.labels(), asked.pooled());
      int[] labels = repeated(known.labels(), BoxTokens.PATCHES);
      float[] ofPatches = scores(known.patches(), labels, asked.patches());
      for (BoxVote vote : BoxVote.values()) {
        double[] accuracy =
            vote == BoxVote.POOLED
                ? accuracy(vote, ofPooled, 1, asked.labels())
                : accuracy(vote, ofPatches, BoxTokens.PATCHES, asked.labels());
        values.add(name(vote, 1), accuracy[0]);
        values.add(name(vote, BoxVote.TOP), accuracy[1]);
      }
    }
    return values.of(candidate.name());
  }

  /** What guessing reaches in each way of judging, under the same names. */
  public List<Measured> chance() {
    MeasuredValues values = new MeasuredValues();
    int classes = train.classes().size();
    for (BoxVote vote : BoxVote.values()) {
      values.add(name(vote, 1), vote.chance(1, classes));
      values.add(name(vote, BoxVote.TOP), vote.chance(BoxVote.TOP, classes));
    }
    return values.of("chance");
  }

  private static String name(BoxVote vote, int top) {
    return "%s, top-%d".formatted(vote, top);
  }

  private BoxFeatures features(
      Candidate candidate, FeatureExtractor features, BoxSet set, String which) {
    String what = "%s: boxes of %s images".formatted(candidate.name(), which);
    return BoxFeatures.of(
        features,
        set,
        crop,
        preparation,
        choice,
        batch,
        done -> progress.at(what, done, set.size()));
  }

  private float[] scores(INDArray known, int[] labels, INDArray asked) {
    LabelledTokens memory = new LabelledTokens(known, labels, train.classes().size());
    return new NearestNeighbours(memory, k, temperature).scores(asked);
  }

  /**
   * Top-1 and top-5 accuracy.
   *
   * @param scores of every class for each patch of each box
   * @param labels of the boxes
   */
  private double[] accuracy(BoxVote vote, float[] scores, int patches, int[] labels) {
    int classes = train.classes().size();
    long top1 = 0;
    long top5 = 0;
    int boxes = labels.length;
    for (int box = 0; box < boxes; box++) {
      Ranks ranks = new Ranks(scores, box * patches * classes, patches, classes);
      BoxVote.Hits hits = vote.hits(ranks, trainClass[labels[box]]);
      top1 += hits.top1();
      top5 += hits.top5();
    }
    return new double[] {(double) top1 / boxes, (double) top5 / boxes};
  }

  private static int[] repeated(int[] labels, int times) {
    int[] repeated = new int[labels.length * times];
    Arrays.setAll(repeated, i -> labels[i / times]);
    return repeated;
  }

  /** Builds a {@link BoxBenchmark}. */
  public static final class Builder {
    private final BoxSet train;
    private final BoxSet test;
    private final CentreCrop crop;
    private Function<ImageSize, ImagePreparation> preparation = ImagePreparation::new;
    private boolean allBoxes;
    private int k = NearestNeighbours.K;
    private double temperature = NearestNeighbours.TEMPERATURE;
    private int seeds = 3;
    private int batch = 8;
    private Progress progress = Progress.NONE;

    private Builder(BoxSet train, BoxSet test, CentreCrop crop) {
      this.train = train;
      this.test = test;
      this.crop = crop;
    }

    /** How squares of a size are normalised; default as in the paper. */
    public Builder preparation(Function<ImageSize, ImagePreparation> preparation) {
      this.preparation = preparation;
      return this;
    }

    /** Measures every box of an image, not only the largest one, which is the default. */
    public Builder allBoxes(boolean allBoxes) {
      this.allBoxes = allBoxes;
      return this;
    }

    /** Neighbours that vote and their temperature; default 20 and 0.07. */
    public Builder neighbours(int k, double temperature) {
      NearestNeighbours.check(k, temperature);
      this.k = k;
      this.temperature = temperature;
      return this;
    }

    /** How many random twins are measured; default 3. */
    public Builder seeds(int seeds) {
      this.seeds = seeds;
      return this;
    }

    /** Images per pass through the network; default 8. */
    public Builder batch(int batch) {
      this.batch = batch;
      return this;
    }

    /** Hears how far it is. */
    public Builder progress(Progress progress) {
      this.progress = progress;
      return this;
    }

    /**
     * Builds.
     *
     * @throws DatasetException if a test class has no training boxes
     */
    public BoxBenchmark build() {
      return new BoxBenchmark(this);
    }
  }
}
