package org.flsl.evaluation.measures;

import java.util.List;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.Davis;
import org.flsl.evaluation.data.DavisSequence;
import org.flsl.evaluation.video.VideoBenchmark;

/**
 * {@link VideoBenchmark} with one seed, of all sequences of 480p: needs a folder laid out like
 * DAVIS.
 */
public final class Video extends Measure {
  /** For the service loader. */
  public Video() {
    super(
        "video",
        "Do tokens follow an object through a video? J&F over all objects. Needs a folder laid out"
            + " like DAVIS.");
  }

  @Override
  public Benchmark on(MeasuredImages images) {
    List<DavisSequence> videos = new Davis(images.folder(), "480p").all();
    return candidate ->
        VideoBenchmark.builder(videos)
            .preparation(candidate::preparation)
            .seeds(1)
            .build()
            .measure(candidate)
            .stream()
            .filter(measured -> measured.measure().equals("J&F"))
            .toList();
  }
}
