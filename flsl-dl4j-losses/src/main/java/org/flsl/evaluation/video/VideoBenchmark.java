package org.flsl.evaluation.video;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.FeatureExtractor;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredValues;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.BinaryMask;
import org.flsl.evaluation.data.DavisSequence;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;

/**
 * Measures how well features follow objects through videos: J, F and J&amp;F of DAVIS.
 *
 * <p>The first frame, whose mask is given, and the last one are left out, as in DAVIS's own
 * evaluation (both of 2016 and, semi-supervised, of 2017). Pixels that are void in a mask count as
 * background there, and here. Recall and decay are not computed.
 */
public final class VideoBenchmark implements Benchmark {

  private static final int PUBLISHED_SHORT_SIDE = 480;

  private final List<DavisSequence> videos;
  private final LabelPropagation propagation;
  private final int shortSide;
  private final Function<ImageSize, ImagePreparation> preparation;
  private final int seeds;
  private final Progress progress;

  private VideoBenchmark(Builder b) {
    if (b.seeds < 1 || b.shortSide < 1) {
      throw new IllegalArgumentException(
          "Seeds and the shorter side must be at least 1, got %d and %d"
              .formatted(b.seeds, b.shortSide));
    }
    SequenceMasks.check(b.videos, b.preparation.apply(new ImageSize(1, 1)).decoder());
    this.videos = List.copyOf(b.videos);
    this.propagation = b.propagation;
    this.shortSide = b.shortSide;
    this.preparation = b.preparation;
    this.seeds = b.seeds;
    this.progress = b.progress;
  }

  /** Starts a benchmark. */
  public static Builder builder(List<DavisSequence> videos) {
    return new Builder(videos);
  }

  /** Takes the masks that features found, to be looked at. */
  @FunctionalInterface
  public interface Sink {

    /** Nobody looks. */
    Sink NONE = (video, frame, mask) -> {};

    /** Takes one, as large as the frame; the first frame's is the given one. */
    void accept(DavisSequence video, int frame, LabelMask mask);
  }

  /** Measures features once. */
  public VideoScore score(FeatureExtractor features, Sink sink) {
    return score("features", features, sink);
  }

  private VideoScore score(String name, FeatureExtractor features, Sink sink) {
    VideoSegmenter segmenter = new VideoSegmenter(features, propagation, shortSide, preparation);
    List<VideoScore.ObjectScore> scores = new ArrayList<>();
    for (DavisSequence video : videos) {
      String what = name + ": " + video.name();
      LabelMask given = video.annotation(0);
      sink.accept(video, 0, given);
      Tally tally = new Tally(SequenceMasks.objects(given));
      segmenter.segment(
          video,
          (frame, mask) -> {
            sink.accept(video, frame, mask);
            if (frame < video.size() - 1) {
              tally.add(video.annotation(frame), mask);
            }
            progress.at(what, frame + 1, video.size());
          });
      scores.addAll(tally.scores(video));
    }
    return new VideoScore(scores);
  }

  /**
   * Measures features with several seeds, which matter to random twins only.
   *
   * @return J, F and J&amp;F over all objects, then J&amp;F of each sequence
   */
  @Override
  public List<Measured> measure(Candidate candidate) {
    return measure(candidate, Sink.NONE);
  }

  /**
   * The same, and shows the masks.
   *
   * @param sink takes the masks found with the first seed
   * @return J, F and J&amp;F over all objects, then J&amp;F of each sequence
   */
  public List<Measured> measure(Candidate candidate, Sink sink) {
    MeasuredValues values = new MeasuredValues();
    int runs = candidate.seeded() ? seeds : 1;
    for (int seed = 1; seed <= runs; seed++) {
      FeatureExtractor features = candidate.bySeed().apply(seed);
      VideoScore score = score(candidate.name(), features, seed == 1 ? sink : Sink.NONE);
      values.add("J", score.region());
      values.add("F", score.contour());
      values.add("J&F", score.both());
      score.bySequence().forEach((video, own) -> values.add("J&F of " + video, own.both()));
    }
    return values.of(candidate.name());
  }

  /** Sums over the measured frames of a video. */
  private static final class Tally {
    private final int[] objects;
    private final double[] regions;
    private final double[] contours;
    private int frames;

    Tally(int[] objects) {
      this.objects = objects;
      this.regions = new double[objects.length];
      this.contours = new double[objects.length];
    }

    void add(LabelMask truth, LabelMask found) {
      frames++;
      for (int i = 0; i < objects.length; i++) {
        int object = objects[i];
        BinaryMask expected = BinaryMask.of(truth, label -> label == object);
        BinaryMask got = BinaryMask.of(found, label -> label == object);
        regions[i] += RegionSimilarity.of(expected, got);
        contours[i] += ContourAccuracy.of(expected, got);
      }
    }

    List<VideoScore.ObjectScore> scores(DavisSequence video) {
      List<VideoScore.ObjectScore> scores = new ArrayList<>();
      for (int i = 0; i < objects.length; i++) {
        scores.add(
            new VideoScore.ObjectScore(
                video.name(), objects[i], regions[i] / frames, contours[i] / frames));
      }
      return scores;
    }
  }

  /** Builds a {@link VideoBenchmark}. */
  public static final class Builder {
    private final List<DavisSequence> videos;
    private LabelPropagation propagation = LabelPropagation.builder().build();
    private int shortSide = PUBLISHED_SHORT_SIDE;
    private Function<ImageSize, ImagePreparation> preparation = ImagePreparation::new;
    private int seeds = 3;
    private Progress progress = Progress.NONE;

    private Builder(List<DavisSequence> videos) {
      this.videos = videos;
    }

    /** How labels are carried along; default as published. */
    public Builder propagation(LabelPropagation propagation) {
      this.propagation = propagation;
      return this;
    }

    /** Pixels of the shorter side of frames that the network sees; default 480, as published. */
    public Builder shortSide(int shortSide) {
      this.shortSide = shortSide;
      return this;
    }

    /** How frames of a size are normalised; default as in the paper. */
    public Builder preparation(Function<ImageSize, ImagePreparation> preparation) {
      this.preparation = preparation;
      return this;
    }

    /** How many random twins are measured; default 3. */
    public Builder seeds(int seeds) {
      this.seeds = seeds;
      return this;
    }

    /** Hears how far it is. */
    public Builder progress(Progress progress) {
      this.progress = progress;
      return this;
    }

    /**
     * Checks the videos and builds.
     *
     * @throws org.flsl.evaluation.data.DatasetException if a video cannot be measured
     */
    public VideoBenchmark build() {
      return new VideoBenchmark(this);
    }
  }
}
