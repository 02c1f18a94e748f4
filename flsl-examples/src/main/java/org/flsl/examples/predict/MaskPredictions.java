package org.flsl.examples.predict;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.downstream.segmentation.SegmentationPredictor;
import org.flsl.evaluation.data.IndexedPng;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.Palette;
import org.flsl.examples.pictures.MaskOverlay;
import org.flsl.examples.train.TrainedModel;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * Masks as indexed PNGs in PASCAL VOC's colours, with the numbers that the labels of the training
 * had; {@code classes.csv} names them.
 */
final class MaskPredictions implements Predictions {
  /** The largest number that an indexed PNG has beside that of pixels that do not count. */
  private static final int MOST = 254;

  private final SegmentationPredictor predictor;
  private final List<String> classes;

  /** The number of each class in the files. */
  private final int[] numbers;

  private final Path masks;
  private final Path folder;
  private final Overlays overlays;
  private int written;

  private MaskPredictions(TrainedModel model, Path folder, Overlays overlays) {
    this.predictor = new SegmentationPredictor(model.graph(), model.size(), model.views());
    this.classes = model.classes();
    int[] stored = model.labels().stream().mapToInt(Integer::intValue).toArray();
    this.numbers =
        Arrays.stream(stored).allMatch(label -> label <= MOST)
            ? stored
            : IntStream.range(0, stored.length).toArray();
    this.folder = folder;
    this.masks = folder.resolve("masks");
    this.overlays = overlays;
  }

  /** Those of the models of {@code flsl train segmentation}. */
  static Factory factory() {
    return new Factory() {
      @Override
      public String task() {
        return "segmentation";
      }

      @Override
      public Predictions of(TrainedModel model, Path folder, Overlays overlays) {
        return new MaskPredictions(model, folder, overlays);
      }
    };
  }

  @Override
  public void add(List<Photo> photos) throws IOException {
    List<LabelMask> found = predictor.masks(photos.stream().map(Photo::image).toList());
    for (int i = 0; i < photos.size(); i++) {
      Photo photo = photos.get(i);
      LabelMask mask = numbered(found.get(i));
      Path file = masks.resolve(photo.name() + ".png");
      Files.createDirectories(file.getParent());
      AtomicFile.write(file, out -> IndexedPng.write(mask, Palette.PASCAL_VOC, out));
      overlays.add(photo, () -> MaskOverlay.of(photo.image(), mask));
      written++;
    }
  }

  private LabelMask numbered(LabelMask mask) {
    int[] labels = Arrays.stream(mask.labels()).map(label -> numbers[label]).toArray();
    return new LabelMask(mask.width(), mask.height(), labels);
  }

  @Override
  public List<String> finish() throws IOException {
    StringBuilder text = new StringBuilder("label,class,colour\n");
    for (int i = 0; i < numbers.length; i++) {
      text.append(
          "%d,\"%s\",#%06x%n"
              .formatted(
                  numbers[i],
                  classes.get(i).replace("\"", "\"\""),
                  Palette.PASCAL_VOC.rgb(numbers[i])));
    }
    Path names = folder.resolve("classes.csv");
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(names, out -> out.write(bytes));
    List<String> lines = new ArrayList<>();
    lines.add("%s  %,d masks, indexed PNGs".formatted(masks, written));
    lines.addAll(overlays.line("the same over the photos"));
    lines.add(names + "  which label is which class");
    return lines;
  }
}
