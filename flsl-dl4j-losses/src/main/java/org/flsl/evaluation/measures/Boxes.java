package org.flsl.evaluation.measures;

import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.boxes.BoxBenchmark;
import org.flsl.evaluation.boxes.CentreCrop;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.PascalVoc;
import org.flsl.evaluation.data.ReadableImages;

/**
 * {@link BoxBenchmark} with one seed, of the boxes of VOC's list {@code val} by those of {@code
 * train}: needs a folder laid out like PASCAL VOC. Networks of rectangular images are shown squares
 * of the height.
 */
public final class Boxes extends Measure {
  /** For the service loader. */
  public Boxes() {
    super(
        "boxes",
        "Do tokens tell what is in a box? k-NN among the boxes of train, asked for those of val."
            + " Needs a folder laid out like PASCAL VOC.");
  }

  @Override
  public Benchmark on(MeasuredImages images) {
    PascalVoc voc = new PascalVoc(images.folder());
    ReadableImages readable = images.readable();
    BoxSet train = readable.of(voc.boxes("train"));
    BoxSet test = readable.of(voc.boxes("val"));
    return candidate ->
        BoxBenchmark.builder(train, test, CentreCrop.of(candidate.size().height()))
            .preparation(candidate::preparation)
            .seeds(1)
            .build()
            .measure(candidate);
  }
}
