package org.flsl.views;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.flsl.layers.internal.GeneratedBuilder;
import org.immutables.value.Value;

/**
 * How views and queries are made; immutable, with a builder whose defaults are the paper's.
 *
 * <p>The teacher sees a large crop of the photograph. The student sees crops of that crop: one
 * global view and some small local views. Every view is then colour-augmented on its own:
 *
 * <pre>
 * with jitterProbability: brightness, contrast, saturation, hue, in random order
 * with greyProbability: grey
 * with blurBranchProbability: { with blurProbability: blur }
 * otherwise: { with otherBlurProbability: blur; with solariseProbability: solarise }
 * </pre>
 *
 * <pre>{@code
 * ViewConfig views = ViewConfig.builder().globalSize(128).localSize(64).patch(8).build();
 * }</pre>
 */
@Value.Immutable
@GeneratedBuilder
public abstract class ViewConfig {
  private static final float[] IMAGENET_MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] IMAGENET_STD = {0.229f, 0.224f, 0.225f};

  /** The means of ImageNet's three, for channels that are no colours. */
  private static final float ANY_MEAN = 0.449f;

  private static final float ANY_STD = 0.226f;

  ViewConfig() {}

  /** A builder with the paper's values. */
  public static Builder builder() {
    return new Builder();
  }

  /** The paper's values. */
  public static ViewConfig paper() {
    return builder().build();
  }

  /** A builder with these values, to change some. */
  public Builder toBuilder() {
    return builder().from(this);
  }

  /** Height of the teacher's and the student's global view, in pixels; default 224. */
  @Value.Default
  public int globalHeight() {
    return 224;
  }

  /** Width of the teacher's and the student's global view, in pixels; default 224. */
  @Value.Default
  public int globalWidth() {
    return 224;
  }

  /** Height of the local views, in pixels; default 96. */
  @Value.Default
  public int localHeight() {
    return 96;
  }

  /** Width of the local views, in pixels; default 96. */
  @Value.Default
  public int localWidth() {
    return 96;
  }

  /** How many local views the student gets; default 2. */
  @Value.Default
  public int localViews() {
    return 2;
  }

  /** Side of a patch, the square of pixels that becomes a token; default 16. */
  @Value.Default
  public int patch() {
    return 16;
  }

  /** Share of the photograph's area that the teacher's view shows; default 0.8 to 1. */
  @Value.Default
  public Range teacherScale() {
    return new Range(0.8, 1);
  }

  /** Share of the teacher's view that the student's global view shows; default 0.5 to 1. */
  @Value.Default
  public Range studentScale() {
    return new Range(0.5, 1);
  }

  /** Share of the teacher's view that a local view shows; default 0.05 to 0.4. */
  @Value.Default
  public Range localScale() {
    return new Range(0.05, 0.4);
  }

  /** Width over height of what is cropped, before it is resized; default 3/4 to 4/3. */
  @Value.Default
  public Range aspectRatio() {
    return new Range(3.0 / 4, 4.0 / 3);
  }

  /** Side of a query window in the student's global view, in tokens; default 3. */
  @Value.Default
  public int globalWindow() {
    return 3;
  }

  /** Side of a query window in a local view, in tokens; default 2. */
  @Value.Default
  public int localWindow() {
    return 2;
  }

  /**
   * Whether the query is a random token of its window; otherwise the top-left one; default false.
   */
  @Value.Default
  public boolean randomQueries() {
    return false;
  }

  /** Brightness is multiplied by 1 plus or minus up to this; default 0.4. */
  @Value.Default
  public double brightness() {
    return 0.4;
  }

  /** Contrast is multiplied by 1 plus or minus up to this; default 0.4. */
  @Value.Default
  public double contrast() {
    return 0.4;
  }

  /** Saturation is multiplied by 1 plus or minus up to this; default 0.2. */
  @Value.Default
  public double saturation() {
    return 0.2;
  }

  /** Hue is turned by up to this share of the circle, either way; at most 0.5; default 0.1. */
  @Value.Default
  public double hue() {
    return 0.1;
  }

  /**
   * How often a view of the student is turned over, left to right; default 0. Where the teacher is
   * to look from the same spot of the photo ({@link #counterparts}), it still does.
   */
  @Value.Default
  public double flipProbability() {
    return 0;
  }

  /**
   * How often a view of the student is turned over, top to bottom; default 0. With {@link
   * #flipProbability} it leaves nothing of a token's place in the view that the student's could
   * tell of the teacher's.
   */
  @Value.Default
  public double upsideDownProbability() {
    return 0;
  }

  /** How often brightness, contrast, saturation and hue change; default 0.8. */
  @Value.Default
  public double jitterProbability() {
    return 0.8;
  }

  /** How often the colour is removed; default 0.2. */
  @Value.Default
  public double greyProbability() {
    return 0.2;
  }

  /**
   * How often the first of two branches is taken: only blur, with {@link #blurProbability}; default
   * 0.5.
   */
  @Value.Default
  public double blurBranchProbability() {
    return 0.5;
  }

  /** How often the first branch blurs; default 0.5. */
  @Value.Default
  public double blurProbability() {
    return 0.5;
  }

  /** How often the second branch blurs; default 0.1. */
  @Value.Default
  public double otherBlurProbability() {
    return 0.1;
  }

  /** How often the second branch solarises; default 0.2. */
  @Value.Default
  public double solariseProbability() {
    return 0.2;
  }

  /** Standard deviation of the blur, in pixels; default 0.1 to 2. */
  @Value.Default
  public Range blurRadius() {
    return new Range(0.1, 2);
  }

  /**
   * Whether batches also say where in the teacher's view every query lies; a training whose teacher
   * looks from there needs it; default false.
   */
  @Value.Default
  public boolean counterparts() {
    return false;
  }

  /**
   * Whether batches also hold every view as cropped, before colour augmentation; multi-stage
   * training needs it; default false.
   */
  @Value.Default
  public boolean plainCrops() {
    return false;
  }

  /**
   * How many channels images have; default 3, colours. 1 reads photos as grey, other numbers need
   * files that have as many.
   */
  @Value.Default
  public int channels() {
    return IMAGENET_MEAN.length;
  }

  /**
   * Mean of each channel that is subtracted, on a scale of 0 to 1; default ImageNet's for colours,
   * otherwise 0.449.
   */
  @Value.Default
  public float[] mean() {
    return forEachChannel(IMAGENET_MEAN, ANY_MEAN);
  }

  /**
   * Standard deviation of each channel that is divided by, on a scale of 0 to 1; default ImageNet's
   * for colours, otherwise 0.226.
   */
  @Value.Default
  public float[] std() {
    return forEachChannel(IMAGENET_STD, ANY_STD);
  }

  private float[] forEachChannel(float[] colours, float other) {
    if (channels() == colours.length) {
      return colours.clone();
    }
    float[] values = new float[Math.max(0, channels())];
    Arrays.fill(values, other);
    return values;
  }

  /** All views of one photograph: the teacher's, the student's global one, the local ones. */
  public int views() {
    return 2 + localViews();
  }

  /** Height of a view; 0 is the teacher's, 1 the student's global one, 2 the first local one. */
  public int height(int view) {
    return isLocal(view) ? localHeight() : globalHeight();
  }

  /** Width of a view; 0 is the teacher's, 1 the student's global one, 2 the first local one. */
  public int width(int view) {
    return isLocal(view) ? localWidth() : globalWidth();
  }

  /** Where the queries of a student's view are; 1 is its global view, 2 the first local one. */
  public QueryWindows queryWindows(int view) {
    if (view == 0) {
      throw new IllegalArgumentException("The teacher's view (0) has no queries");
    }
    return isLocal(view)
        ? new QueryWindows(
            localHeight() / patch(), localWidth() / patch(), localWindow(), randomQueries())
        : new QueryWindows(
            globalHeight() / patch(), globalWidth() / patch(), globalWindow(), randomQueries());
  }

  /** Tokens of all the student's views together, N. */
  public int studentTokens() {
    int sum = 0;
    for (int view = 1; view < views(); view++) {
      sum += queryWindows(view).tokens();
    }
    return sum;
  }

  /** Queries of all the student's views together, n_q. */
  public int queries() {
    int sum = 0;
    for (int view = 1; view < views(); view++) {
      sum += queryWindows(view).count();
    }
    return sum;
  }

  /** Tokens of the teacher's view, N_t. */
  public int teacherTokens() {
    return (globalHeight() / patch()) * (globalWidth() / patch());
  }

  /**
   * The graph's inputs in the order of a batch's features: the views, the query selector, then the
   * counterparts' selector and the plain crops if there are any; see {@link ViewNames}.
   */
  public List<String> inputNames() {
    List<String> names = new ArrayList<>();
    names.add(ViewNames.TEACHER_VIEW);
    names.add(ViewNames.STUDENT_VIEW);
    for (int i = 1; i <= localViews(); i++) {
      names.add(ViewNames.local(i));
    }
    names.add(ViewNames.QUERY_SELECTOR);
    if (counterparts()) {
      names.add(ViewNames.COUNTERPART_SELECTOR);
    }
    if (plainCrops()) {
      names.add(ViewNames.TEACHER_CROP);
      names.add(ViewNames.STUDENT_CROP);
      for (int i = 1; i <= localViews(); i++) {
        names.add(ViewNames.localCrop(i));
      }
    }
    return List.copyOf(names);
  }

  private boolean isLocal(int view) {
    Objects.checkIndex(view, views());
    return view >= 2;
  }

  @Value.Check
  void check() {
    require(patch() >= 1, "patch must be at least 1, got %s", patch());
    require(localViews() >= 0, "localViews must be at least 0, got %s", localViews());
    requirePatchesFit("global", globalHeight(), globalWidth());
    if (localViews() > 0) {
      requirePatchesFit("local", localHeight(), localWidth());
    }
    // The constructors hold the rules for scales, ratios and windows.
    new CropSampler(teacherScale(), aspectRatio());
    new CropSampler(studentScale(), aspectRatio());
    new CropSampler(localScale(), aspectRatio());
    for (int view = 1; view < views(); view++) {
      queryWindows(view);
    }
    requireShare("brightness", brightness(), 1);
    requireShare("contrast", contrast(), 1);
    requireShare("saturation", saturation(), 1);
    requireShare("hue", hue(), 0.5);
    requireShare("jitterProbability", jitterProbability(), 1);
    requireShare("greyProbability", greyProbability(), 1);
    requireShare("flipProbability", flipProbability(), 1);
    requireShare("upsideDownProbability", upsideDownProbability(), 1);
    requireShare("blurBranchProbability", blurBranchProbability(), 1);
    requireShare("blurProbability", blurProbability(), 1);
    requireShare("otherBlurProbability", otherBlurProbability(), 1);
    requireShare("solariseProbability", solariseProbability(), 1);
    require(
        blurRadius().min() >= 0 && blurRadius().max() <= 100,
        "blurRadius must be within 0..100, got %s",
        blurRadius());
    require(channels() >= 1, "channels must be at least 1, got %s", channels());
    require(
        mean().length == channels() && std().length == channels(),
        "mean and std need a number for each of %s channels, got %s and %s",
        channels(),
        Arrays.toString(mean()),
        Arrays.toString(std()));
    for (float value : mean()) {
      require(Float.isFinite(value), "mean must be finite, got %s", Arrays.toString(mean()));
    }
    for (float deviation : std()) {
      require(
          deviation > 0 && Float.isFinite(deviation),
          "std must be above 0 and finite, got %s",
          Arrays.toString(std()));
    }
  }

  private void requirePatchesFit(String name, int height, int width) {
    require(
        height >= patch() && width >= patch() && height % patch() == 0 && width % patch() == 0,
        "A patch of %1$s pixels does not divide the %2$s view of %3$sx%4$s pixels: choose a %2$s"
            + " size that is a multiple of %1$s, such as %5$sx%6$s, or another patch size",
        patch(),
        name,
        height,
        width,
        nearestMultiple(height),
        nearestMultiple(width));
  }

  private int nearestMultiple(int size) {
    return Math.max(1, Math.round((float) size / patch())) * patch();
  }

  private static void requireShare(String name, double value, double max) {
    require(value >= 0 && value <= max, "%s must be 0 to %s, got %s", name, max, value);
  }

  private static void require(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(values));
    }
  }

  /**
   * Sets what differs from the paper; values that do not fit are refused by name, with an
   * IllegalArgumentException that says what would.
   */
  public static final class Builder extends ImmutableViewConfig.Builder {
    Builder() {}

    /** Side of the teacher's and the student's global view, in pixels. */
    public Builder globalSize(int side) {
      return globalSize(side, side);
    }

    /** Height and width of the teacher's and the student's global view, in pixels. */
    public Builder globalSize(int height, int width) {
      return globalHeight(height).globalWidth(width);
    }

    /** Side of the local views, in pixels. */
    public Builder localSize(int side) {
      return localSize(side, side);
    }

    /** Height and width of the local views, in pixels. */
    public Builder localSize(int height, int width) {
      return localHeight(height).localWidth(width);
    }

    /** Share of the photograph's area that the teacher's view shows. */
    public Builder teacherScale(double min, double max) {
      return teacherScale(new Range(min, max));
    }

    /** Share of the teacher's view that the student's global view shows. */
    public Builder studentScale(double min, double max) {
      return studentScale(new Range(min, max));
    }

    /** Share of the teacher's view that a local view shows. */
    public Builder localScale(double min, double max) {
      return localScale(new Range(min, max));
    }

    /** Width over height of what is cropped, before it is resized. */
    public Builder aspectRatio(double min, double max) {
      return aspectRatio(new Range(min, max));
    }

    /** Standard deviation of the blur, in pixels. */
    public Builder blurRadius(double min, double max) {
      return blurRadius(new Range(min, max));
    }
  }
}
