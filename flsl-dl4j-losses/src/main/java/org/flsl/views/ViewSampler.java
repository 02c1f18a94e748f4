package org.flsl.views;

import java.util.ArrayList;
import java.util.List;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;

/**
 * Makes the views and queries of one photograph.
 *
 * <p>Views are numbered: 0 the teacher's, 1 the student's global one, from 2 on the local ones. Use
 * one sampler per thread, because it keeps working memory between calls. The result depends only on
 * the photograph, the configuration and the {@link ViewSeed}.
 */
final class ViewSampler {

  private static final int TEACHER = 0;
  private static final int STUDENT = 1;

  private final ViewConfig config;
  private final CropSampler teacherCrop;
  private final CropSampler studentCrop;
  private final CropSampler localCrop;
  private final ColourAugmentation colours;
  private final BicubicResize resize = new BicubicResize();

  /** Makes a sampler. */
  public ViewSampler(ViewConfig config) {
    this.config = config;
    teacherCrop = new CropSampler(config.teacherScale(), config.aspectRatio());
    studentCrop = new CropSampler(config.studentScale(), config.aspectRatio());
    localCrop = new CropSampler(config.localScale(), config.aspectRatio());
    colours = new ColourAugmentation(config);
  }

  /**
   * Both sides a photograph should have, so that every crop still has twice the pixels of its view;
   * larger photographs may be reduced to it.
   */
  public static int enoughPixels(ViewConfig config) {
    int side = Math.max(config.globalHeight(), config.globalWidth());
    // The least side of a crop of a square photograph of side 1.
    double leastCrop =
        Math.sqrt(
            config.teacherScale().min()
                * Math.min(config.aspectRatio().min(), 1 / config.aspectRatio().max()));
    return (int) Math.ceil(2 * side / leastCrop);
  }

  /**
   * Cuts out and resizes all views, without colour augmentation.
   *
   * <p>The teacher's view is a crop of the photograph; the student's are crops of the teacher's
   * view, as already resized, some of them turned over.
   */
  public List<Image> crops(Image photo, ViewSeed seed) {
    Image teacher = crop(photo, teacherCrop, TEACHER, seed);
    List<Image> crops = new ArrayList<>();
    crops.add(teacher);
    crops.add(crop(teacher, studentCrop, STUDENT, seed));
    for (int view = STUDENT + 1; view < config.views(); view++) {
      crops.add(crop(teacher, localCrop, view, seed));
    }
    return crops;
  }

  /** Augments the colours of a view, in place. */
  public void augment(Image crop, int view, ViewSeed seed) {
    colours.applyTo(crop, seed.generator(view, ViewSeed.Purpose.COLOUR));
  }

  /** Chooses the query tokens of a student's view: ascending indices into its row-major grid. */
  public int[] queries(int view, ViewSeed seed) {
    return config.queryWindows(view).draw(seed.generator(view, ViewSeed.Purpose.QUERIES));
  }

  /** The part of the teacher's view, as resized, that a student's view shows. */
  CropBox box(int view, ViewSeed seed) {
    CropSampler sampler = view == STUDENT ? studentCrop : localCrop;
    return box(config.globalHeight(), config.globalWidth(), sampler, view, seed);
  }

  private static CropBox box(int height, int width, CropSampler sampler, int view, ViewSeed seed) {
    return sampler.draw(height, width, seed.generator(view, ViewSeed.Purpose.CROP));
  }

  /** How a view is turned over; the teacher's never is. */
  Flip flip(int view, ViewSeed seed) {
    return view == TEACHER
        ? Flip.NONE
        : new Flip(
            happens(config.flipProbability(), seed, view, ViewSeed.Purpose.FLIP),
            happens(config.upsideDownProbability(), seed, view, ViewSeed.Purpose.UPSIDE_DOWN));
  }

  private static boolean happens(
      double probability, ViewSeed seed, int view, ViewSeed.Purpose purpose) {
    return probability > 0 && seed.generator(view, purpose).nextDouble() < probability;
  }

  private Image crop(Image source, CropSampler sampler, int number, ViewSeed seed) {
    CropBox box = box(source.height(), source.width(), sampler, number, seed);
    Image view = resize.resize(source, box, config.height(number), config.width(number));
    return flip(number, seed).of(view);
  }
}
