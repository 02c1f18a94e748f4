package org.flsl.views;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * How views and queries are made; the defaults are the paper's.
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
 * <p>Immutable. Values are checked in {@link Builder#build()}.
 *
 * <pre>{@code
 * ViewConfig views = ViewConfig.builder().globalSize(128).localSize(64).patch(8).build();
 * }</pre>
 */
public final class ViewConfig {

  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  /** The means of ImageNet's three, for channels that are no colours. */
  private static final float ANY_MEAN = 0.449f;

  private static final float ANY_STD = 0.226f;

  private final int globalHeight;
  private final int globalWidth;
  private final int localHeight;
  private final int localWidth;
  private final int localViews;
  private final int patch;
  private final Range teacherScale;
  private final Range studentScale;
  private final Range localScale;
  private final Range aspectRatio;
  private final int globalWindow;
  private final int localWindow;
  private final boolean randomQueries;
  private final double brightness;
  private final double contrast;
  private final double saturation;
  private final double hue;
  private final double jitterProbability;
  private final double greyProbability;
  private final double blurBranchProbability;
  private final double blurProbability;
  private final double otherBlurProbability;
  private final double solariseProbability;
  private final Range blurRadius;
  private final boolean plainCrops;
  private final List<Float> mean;
  private final List<Float> std;

  private ViewConfig(Builder b) {
    globalHeight = b.globalHeight;
    globalWidth = b.globalWidth;
    localHeight = b.localHeight;
    localWidth = b.localWidth;
    localViews = b.localViews;
    patch = b.patch;
    teacherScale = b.teacherScale;
    studentScale = b.studentScale;
    localScale = b.localScale;
    aspectRatio = b.aspectRatio;
    globalWindow = b.globalWindow;
    localWindow = b.localWindow;
    randomQueries = b.randomQueries;
    brightness = b.brightness;
    contrast = b.contrast;
    saturation = b.saturation;
    hue = b.hue;
    jitterProbability = b.jitterProbability;
    greyProbability = b.greyProbability;
    blurBranchProbability = b.blurBranchProbability;
    blurProbability = b.blurProbability;
    otherBlurProbability = b.otherBlurProbability;
    solariseProbability = b.solariseProbability;
    blurRadius = b.blurRadius;
    plainCrops = b.plainCrops;
    mean = b.mean;
    std = b.std;
  }

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
    Builder b = new Builder();
    b.globalHeight = globalHeight;
    b.globalWidth = globalWidth;
    b.localHeight = localHeight;
    b.localWidth = localWidth;
    b.localViews = localViews;
    b.patch = patch;
    b.teacherScale = teacherScale;
    b.studentScale = studentScale;
    b.localScale = localScale;
    b.aspectRatio = aspectRatio;
    b.globalWindow = globalWindow;
    b.localWindow = localWindow;
    b.randomQueries = randomQueries;
    b.brightness = brightness;
    b.contrast = contrast;
    b.saturation = saturation;
    b.hue = hue;
    b.jitterProbability = jitterProbability;
    b.greyProbability = greyProbability;
    b.blurBranchProbability = blurBranchProbability;
    b.blurProbability = blurProbability;
    b.otherBlurProbability = otherBlurProbability;
    b.solariseProbability = solariseProbability;
    b.blurRadius = blurRadius;
    b.plainCrops = plainCrops;
    b.mean = mean;
    b.std = std;
    return b;
  }

  /** Height of the teacher's and the student's global view, in pixels. */
  public int globalHeight() {
    return globalHeight;
  }

  /** Width of the teacher's and the student's global view, in pixels. */
  public int globalWidth() {
    return globalWidth;
  }

  /** Height of the local views, in pixels. */
  public int localHeight() {
    return localHeight;
  }

  /** Width of the local views, in pixels. */
  public int localWidth() {
    return localWidth;
  }

  /** How many local views the student gets. */
  public int localViews() {
    return localViews;
  }

  /** Side of a patch, the square of pixels that becomes a token. */
  public int patch() {
    return patch;
  }

  /** Share of the photograph's area that the teacher's view shows. */
  public Range teacherScale() {
    return teacherScale;
  }

  /** Share of the teacher's view that the student's global view shows. */
  public Range studentScale() {
    return studentScale;
  }

  /** Share of the teacher's view that a local view shows. */
  public Range localScale() {
    return localScale;
  }

  /** Width over height of what is cropped, before it is resized. */
  public Range aspectRatio() {
    return aspectRatio;
  }

  /** Side of a query window in the student's global view, in tokens. */
  public int globalWindow() {
    return globalWindow;
  }

  /** Side of a query window in a local view, in tokens. */
  public int localWindow() {
    return localWindow;
  }

  /** Whether the query is a random token of its window; otherwise the top-left one. */
  public boolean randomQueries() {
    return randomQueries;
  }

  /** Brightness is multiplied by 1 plus or minus up to this. */
  public double brightness() {
    return brightness;
  }

  /** Contrast is multiplied by 1 plus or minus up to this. */
  public double contrast() {
    return contrast;
  }

  /** Saturation is multiplied by 1 plus or minus up to this. */
  public double saturation() {
    return saturation;
  }

  /** Hue is turned by up to this share of the circle, either way; at most 0.5. */
  public double hue() {
    return hue;
  }

  /** How often brightness, contrast, saturation and hue change. */
  public double jitterProbability() {
    return jitterProbability;
  }

  /** How often the colour is removed. */
  public double greyProbability() {
    return greyProbability;
  }

  /** How often the first of two branches is taken: only blur, with {@link #blurProbability}. */
  public double blurBranchProbability() {
    return blurBranchProbability;
  }

  /** How often the first branch blurs. */
  public double blurProbability() {
    return blurProbability;
  }

  /** How often the second branch blurs. */
  public double otherBlurProbability() {
    return otherBlurProbability;
  }

  /** How often the second branch solarises. */
  public double solariseProbability() {
    return solariseProbability;
  }

  /** Standard deviation of the blur, in pixels. */
  public Range blurRadius() {
    return blurRadius;
  }

  /**
   * Whether batches also hold every view as cropped, before colour augmentation; multi-stage
   * training needs it.
   */
  public boolean plainCrops() {
    return plainCrops;
  }

  /** How many channels images have: 3 for colours, 1 for grey. */
  public int channels() {
    return mean.size();
  }

  /** Mean of each channel that is subtracted, on a scale of 0 to 1. */
  public float[] mean() {
    return toArray(mean);
  }

  /** Standard deviation of each channel that is divided by, on a scale of 0 to 1. */
  public float[] std() {
    return toArray(std);
  }

  /** All views of one photograph: the teacher's, the student's global one, the local ones. */
  public int views() {
    return 2 + localViews;
  }

  /** Height of a view; 0 is the teacher's, 1 the student's global one, 2 the first local one. */
  public int height(int view) {
    return isLocal(view) ? localHeight : globalHeight;
  }

  /** Width of a view; 0 is the teacher's, 1 the student's global one, 2 the first local one. */
  public int width(int view) {
    return isLocal(view) ? localWidth : globalWidth;
  }

  /** Where the queries of a student's view are; 1 is its global view, 2 the first local one. */
  public QueryWindows queryWindows(int view) {
    if (view == 0) {
      throw new IllegalArgumentException("The teacher's view (0) has no queries");
    }
    return isLocal(view)
        ? new QueryWindows(localHeight / patch, localWidth / patch, localWindow, randomQueries)
        : new QueryWindows(globalHeight / patch, globalWidth / patch, globalWindow, randomQueries);
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

  /**
   * The graph's inputs in the order of a batch's features: the views, the query selector, and the
   * plain crops if there are any; see {@link ViewNames}.
   */
  public List<String> inputNames() {
    List<String> names = new ArrayList<>();
    names.add(ViewNames.TEACHER_VIEW);
    names.add(ViewNames.STUDENT_VIEW);
    for (int i = 1; i <= localViews; i++) {
      names.add(ViewNames.local(i));
    }
    names.add(ViewNames.QUERY_SELECTOR);
    if (plainCrops) {
      names.add(ViewNames.TEACHER_CROP);
      names.add(ViewNames.STUDENT_CROP);
      for (int i = 1; i <= localViews; i++) {
        names.add(ViewNames.localCrop(i));
      }
    }
    return List.copyOf(names);
  }

  private boolean isLocal(int view) {
    Objects.checkIndex(view, views());
    return view >= 2;
  }

  private static float[] toArray(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private List<Object> values() {
    return List.of(
        globalHeight,
        globalWidth,
        localHeight,
        localWidth,
        localViews,
        patch,
        teacherScale,
        studentScale,
        localScale,
        aspectRatio,
        globalWindow,
        localWindow,
        randomQueries,
        brightness,
        contrast,
        saturation,
        hue,
        jitterProbability,
        greyProbability,
        blurBranchProbability,
        blurProbability,
        otherBlurProbability,
        solariseProbability,
        blurRadius,
        plainCrops,
        mean,
        std);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ViewConfig config && values().equals(config.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "ViewConfig["
        + "globalHeight="
        + globalHeight
        + ", globalWidth="
        + globalWidth
        + ", localHeight="
        + localHeight
        + ", localWidth="
        + localWidth
        + ", localViews="
        + localViews
        + ", patch="
        + patch
        + ", teacherScale="
        + teacherScale
        + ", studentScale="
        + studentScale
        + ", localScale="
        + localScale
        + ", aspectRatio="
        + aspectRatio
        + ", globalWindow="
        + globalWindow
        + ", localWindow="
        + localWindow
        + ", randomQueries="
        + randomQueries
        + ", brightness="
        + brightness
        + ", contrast="
        + contrast
        + ", saturation="
        + saturation
        + ", hue="
        + hue
        + ", jitterProbability="
        + jitterProbability
        + ", greyProbability="
        + greyProbability
        + ", blurBranchProbability="
        + blurBranchProbability
        + ", blurProbability="
        + blurProbability
        + ", otherBlurProbability="
        + otherBlurProbability
        + ", solariseProbability="
        + solariseProbability
        + ", blurRadius="
        + blurRadius
        + ", plainCrops="
        + plainCrops
        + ", mean="
        + mean
        + ", std="
        + std
        + "]";
  }

  /** Sets what differs from the paper. */
  public static final class Builder {
    private int globalHeight = 224;
    private int globalWidth = 224;
    private int localHeight = 96;
    private int localWidth = 96;
    private int localViews = 2;
    private int patch = 16;
    private Range teacherScale = new Range(0.8, 1);
    private Range studentScale = new Range(0.5, 1);
    private Range localScale = new Range(0.05, 0.4);
    private Range aspectRatio = new Range(3.0 / 4, 4.0 / 3);
    private int globalWindow = 3;
    private int localWindow = 2;
    private boolean randomQueries = false;
    private double brightness = 0.4;
    private double contrast = 0.4;
    private double saturation = 0.2;
    private double hue = 0.1;
    private double jitterProbability = 0.8;
    private double greyProbability = 0.2;
    private double blurBranchProbability = 0.5;
    private double blurProbability = 0.5;
    private double otherBlurProbability = 0.1;
    private double solariseProbability = 0.2;
    private Range blurRadius = new Range(0.1, 2);
    private boolean plainCrops = false;
    private List<Float> mean = IMAGENET_MEAN;
    private List<Float> std = IMAGENET_STD;

    private Builder() {}

    /** Side of the teacher's and the student's global view, in pixels. */
    public Builder globalSize(int side) {
      return globalSize(side, side);
    }

    /** Height and width of the teacher's and the student's global view, in pixels. */
    public Builder globalSize(int height, int width) {
      globalHeight = height;
      globalWidth = width;
      return this;
    }

    /** Side of the local views, in pixels. */
    public Builder localSize(int side) {
      return localSize(side, side);
    }

    /** Height and width of the local views, in pixels. */
    public Builder localSize(int height, int width) {
      localHeight = height;
      localWidth = width;
      return this;
    }

    /** How many local views the student gets. */
    public Builder localViews(int value) {
      localViews = value;
      return this;
    }

    /** Side of a patch, the square of pixels that becomes a token. */
    public Builder patch(int value) {
      patch = value;
      return this;
    }

    /** Share of the photograph's area that the teacher's view shows. */
    public Builder teacherScale(double min, double max) {
      teacherScale = new Range(min, max);
      return this;
    }

    /** Share of the teacher's view that the student's global view shows. */
    public Builder studentScale(double min, double max) {
      studentScale = new Range(min, max);
      return this;
    }

    /** Share of the teacher's view that a local view shows. */
    public Builder localScale(double min, double max) {
      localScale = new Range(min, max);
      return this;
    }

    /** Width over height of what is cropped, before it is resized. */
    public Builder aspectRatio(double min, double max) {
      aspectRatio = new Range(min, max);
      return this;
    }

    /** Side of a query window in the student's global view, in tokens. */
    public Builder globalWindow(int value) {
      globalWindow = value;
      return this;
    }

    /** Side of a query window in a local view, in tokens. */
    public Builder localWindow(int value) {
      localWindow = value;
      return this;
    }

    /** Whether the query is a random token of its window; otherwise the top-left one. */
    public Builder randomQueries(boolean value) {
      randomQueries = value;
      return this;
    }

    /** Brightness is multiplied by 1 plus or minus up to this. */
    public Builder brightness(double value) {
      brightness = value;
      return this;
    }

    /** Contrast is multiplied by 1 plus or minus up to this. */
    public Builder contrast(double value) {
      contrast = value;
      return this;
    }

    /** Saturation is multiplied by 1 plus or minus up to this. */
    public Builder saturation(double value) {
      saturation = value;
      return this;
    }

    /** Hue is turned by up to this share of the circle, either way; at most 0.5. */
    public Builder hue(double value) {
      hue = value;
      return this;
    }

    /** How often brightness, contrast, saturation and hue change. */
    public Builder jitterProbability(double value) {
      jitterProbability = value;
      return this;
    }

    /** How often the colour is removed. */
    public Builder greyProbability(double value) {
      greyProbability = value;
      return this;
    }

    /** How often the first of two branches is taken: only blur, with the blur probability. */
    public Builder blurBranchProbability(double value) {
      blurBranchProbability = value;
      return this;
    }

    /** How often the first branch blurs. */
    public Builder blurProbability(double value) {
      blurProbability = value;
      return this;
    }

    /** How often the second branch blurs. */
    public Builder otherBlurProbability(double value) {
      otherBlurProbability = value;
      return this;
    }

    /** How often the second branch solarises. */
    public Builder solariseProbability(double value) {
      solariseProbability = value;
      return this;
    }

    /** Standard deviation of the blur, in pixels. */
    public Builder blurRadius(double min, double max) {
      blurRadius = new Range(min, max);
      return this;
    }

    /**
     * Whether batches also hold every view as cropped, before colour augmentation; multi-stage
     * training needs it.
     */
    public Builder plainCrops(boolean value) {
      plainCrops = value;
      return this;
    }

    /**
     * How many channels images have, 3 by default: 1 reads photos as grey, others need files that
     * have as many. Sets mean and std to the usual ones: those of ImageNet for colours, 0.449 and
     * 0.226 for each channel otherwise.
     */
    public Builder channels(int count) {
      boolean colours = count == IMAGENET_MEAN.size();
      mean = colours ? IMAGENET_MEAN : Collections.nCopies(Math.max(0, count), ANY_MEAN);
      std = colours ? IMAGENET_STD : Collections.nCopies(Math.max(0, count), ANY_STD);
      return this;
    }

    /** Mean of each channel that is subtracted, on a scale of 0 to 1; as many as channels. */
    public Builder mean(float... values) {
      mean = asList(values);
      return this;
    }

    private static List<Float> asList(float[] values) {
      Float[] boxed = new Float[values.length];
      for (int i = 0; i < boxed.length; i++) {
        boxed[i] = values[i];
      }
      return List.of(boxed);
    }

    /** Standard deviation of each channel that is divided by, on a scale of 0 to 1. */
    public Builder std(float... values) {
      std = asList(values);
      return this;
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value that does not fit, and what would
     */
    public ViewConfig build() {
      require(patch >= 1, "patch must be at least 1, got %s", patch);
      require(localViews >= 0, "localViews must be at least 0, got %s", localViews);
      requirePatchesFit("global", globalHeight, globalWidth);
      if (localViews > 0) {
        requirePatchesFit("local", localHeight, localWidth);
      }
      // The constructors hold the rules for scales, ratios and windows.
      new CropSampler(teacherScale, aspectRatio);
      new CropSampler(studentScale, aspectRatio);
      new CropSampler(localScale, aspectRatio);
      ViewConfig config = new ViewConfig(this);
      for (int view = 1; view < config.views(); view++) {
        config.queryWindows(view);
      }
      requireShare("brightness", brightness, 1);
      requireShare("contrast", contrast, 1);
      requireShare("saturation", saturation, 1);
      requireShare("hue", hue, 0.5);
      requireShare("jitterProbability", jitterProbability, 1);
      requireShare("greyProbability", greyProbability, 1);
      requireShare("blurBranchProbability", blurBranchProbability, 1);
      requireShare("blurProbability", blurProbability, 1);
      requireShare("otherBlurProbability", otherBlurProbability, 1);
      requireShare("solariseProbability", solariseProbability, 1);
      require(
          blurRadius.min() >= 0 && blurRadius.max() <= 100,
          "blurRadius must be within 0..100, got %s",
          blurRadius);
      require(
          !mean.isEmpty() && mean.size() == std.size(),
          "mean and std need a number for each channel, one at least; got %s and %s",
          mean,
          std);
      for (float deviation : std) {
        require(deviation > 0, "std must be above 0, got %s", std);
      }
      return config;
    }

    private void requirePatchesFit(String name, int height, int width) {
      require(
          height >= patch && width >= patch && height % patch == 0 && width % patch == 0,
          "A patch of %1$s pixels does not divide the %2$s view of %3$sx%4$s pixels: choose a %2$s"
              + " size that is a multiple of %1$s, such as %5$sx%6$s, or another patch size",
          patch,
          name,
          height,
          width,
          nearestMultiple(height),
          nearestMultiple(width));
    }

    private int nearestMultiple(int size) {
      return Math.max(1, Math.round((float) size / patch)) * patch;
    }

    private static void requireShare(String name, double value, double max) {
      require(value >= 0 && value <= max, "%s must be 0 to %s, got %s", name, max, value);
    }

    private static void require(boolean condition, String message, Object... values) {
      if (!condition) {
        throw new IllegalArgumentException(message.formatted(values));
      }
    }
  }
}
