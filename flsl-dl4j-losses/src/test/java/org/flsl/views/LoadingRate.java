package org.flsl.views;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how many images per second one thread decodes and augments, stage by stage, and what the
 * iterator delivers. Not a test; run its main with a folder, and seconds per measurement.
 */
public final class LoadingRate {

  private static final Logger LOG = LoggerFactory.getLogger(LoadingRate.class);

  private LoadingRate() {}

  public static void main(String[] args) throws Exception {
    ImageFolder folder = ImageFolder.scan(Path.of(args[0]));
    double seconds = Double.parseDouble(args[1]);
    int threads = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    ViewConfig config = ViewConfig.paper();
    ImageDecoder decoder = new ImageDecoder(ViewSampler.enoughPixels(config));
    ViewSampler sampler = new ViewSampler(config);
    ChannelNormaliser normaliser = new ChannelNormaliser(config.mean(), config.std());

    List<byte[]> files = new ArrayList<>();
    List<Image> photos = new ArrayList<>();
    List<List<Image>> crops = new ArrayList<>();
    for (int i = 0; i < Math.min(100, folder.size()); i++) {
      files.add(Files.readAllBytes(folder.path(i)));
      photos.add(decoder.decode(files.get(i)));
      crops.add(sampler.crops(photos.get(i), new ViewSeed(0, 0, i)));
    }
    int n = files.size();
    float[] out = new float[3 * 224 * 224];

    for (int round = 0; round < 2; round++) {
      report("decode", seconds, 1, i -> unchecked(() -> decoder.decode(files.get(i % n))));
      report("crops", seconds, 1, i -> sampler.crops(photos.get(i % n), new ViewSeed(0, i / n, i)));
      report(
          "augment",
          seconds,
          1,
          i -> {
            for (int view = 0; view < config.views(); view++) {
              RgbImage image = crops.get(i % n).get(view).toRgb().copy();
              sampler.augment(image, view, new ViewSeed(0, i / n, i % n));
            }
          });
      report(
          "normalise",
          seconds,
          1,
          i -> crops.get(i % n).forEach(view -> normaliser.write(view, out, 0)));
      BatchLayout layout = new BatchLayout(config, 1);
      BatchMemory memory = BatchMemory.allocate(layout, DataType.FLOAT);
      ViewWriter writer = new ViewWriter(config, layout);
      report(
          "everything",
          seconds,
          1,
          i ->
              unchecked(
                  () -> {
                    Image photo = decoder.decode(folder.path(i % folder.size()));
                    writer.write(photo, new ViewSeed(0, i / n, i), 0, memory);
                    return null;
                  }));
    }
    int batch = 16;
    try (MultiViewIterator iterator =
        MultiViewIterator.builder()
            .images(folder)
            .batchSize(batch)
            .threads(threads)
            .reuseArrays(true)
            .build()) {
      report(
          "batches of " + batch + " from the iterator, " + threads + " thread(s)",
          3 * seconds,
          batch,
          i -> {
            if (!iterator.hasNext()) {
              iterator.reset();
            }
            iterator.next();
          });
    }
  }

  private interface Action {
    Object run() throws Exception;
  }

  private static void unchecked(Action action) {
    try {
      action.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Counts processor time of the whole process, so that other programs' load matters little. */
  private static void report(String what, double seconds, int imagesEach, IntConsumer action) {
    long startCpu = cpuNanos();
    long start = System.nanoTime();
    int count = 0;
    double elapsed;
    do {
      action.accept(count++);
      elapsed = (System.nanoTime() - start) / 1e9;
    } while (elapsed < seconds);
    double cpu = (cpuNanos() - startCpu) / 1e9;
    int images = count * imagesEach;
    LOG.info(
        "{}: {} images per second of processor time, {} ms each; {} per second by the clock",
        what,
        Math.round(images / cpu),
        Math.round(1e5 * cpu / images) / 100.0,
        Math.round(images / elapsed));
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
