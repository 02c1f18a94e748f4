package org.flsl.downstream.data;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.flsl.downstream.data.LabelMaker.Placed;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.views.EpochOrder;
import org.flsl.views.ViewConfig;
import org.flsl.views.ViewSeed;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Augmented batches of labelled images, for {@code graph.fit(batches)}.
 *
 * <p>Images come in an endless row, each of them once before any comes again, in an order of its
 * own each time; batches are cut off that row, so that any number of images fills batches of any
 * size. What a batch holds depends on (images, settings, seed, its number) alone: {@link
 * #startAtStep} goes anywhere. The next batch is prepared while one is trained on. Use it from one
 * thread at a time, and close it at the end.
 */
public final class LabelledBatches implements MultiDataSetIterator, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private final transient LabelledImages images;
  private final transient LabelMaker labels;
  private final transient ImageSize canvas;
  private final transient ChannelNormaliser normaliser;
  private final transient Augmentation augmentation;
  private final int batchSize;
  private final long seed;
  private final int batchesPerEpoch;
  private final transient ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "flsl-labelled-batches");
            thread.setDaemon(true);
            return thread;
          });
  private transient MultiDataSetPreProcessor preProcessor;
  private transient CompletableFuture<MultiDataSet> ahead;
  private long step;

  /** Whether the last batch of an epoch was handed out, and nobody asked for the next epoch. */
  private boolean epochOver;

  /**
   * Batches of a set.
   *
   * @param labels makes labels of its images
   * @param canvas size of all images of a batch
   * @param views how channels are normalised
   * @param augmentation how images are changed
   * @param batchSize images of a batch
   * @param seed of every random choice
   */
  public LabelledBatches(
      LabelledImages images,
      LabelMaker labels,
      ImageSize canvas,
      ViewConfig views,
      Augmentation augmentation,
      int batchSize,
      long seed) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("A batch has at least one image, got " + batchSize);
    }
    this.images = images;
    this.labels = labels;
    this.canvas = canvas;
    this.normaliser = new ChannelNormaliser(views.mean(), views.std());
    this.augmentation = augmentation;
    this.batchSize = batchSize;
    this.seed = seed;
    this.batchesPerEpoch = perEpoch(images.size(), batchSize);
  }

  /** Batches in which every image comes at least once. */
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /** Batches in which every one of so many images comes at least once. */
  public static int perEpoch(int images, int batchSize) {
    return (images + batchSize - 1) / batchSize;
  }

  /** Goes to the batch that a training takes after so many steps, from 0. */
  public void startAtStep(long first) {
    step = first;
    epochOver = false;
    ahead = null;
  }

  @Override
  public boolean hasNext() {
    return !epochOver;
  }

  /**
   * The next batch, waiting for it if need be.
   *
   * @throws NoSuchElementException if the epoch is over
   * @throws org.flsl.evaluation.data.DatasetException if an image or its labels cannot be read
   */
  @Override
  public MultiDataSet next() {
    if (epochOver) {
      throw new NoSuchElementException("The epoch is over; reset() starts the next one");
    }
    CompletableFuture<MultiDataSet> wanted = ahead == null ? submit(step) : ahead;
    ahead = submit(step + 1);
    MultiDataSet batch;
    try {
      batch = wanted.join();
    } catch (CompletionException e) {
      // As if it had been prepared here.
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    step++;
    epochOver = step % batchesPerEpoch == 0;
    if (preProcessor != null) {
      preProcessor.preProcess(batch);
    }
    return batch;
  }

  private CompletableFuture<MultiDataSet> submit(long number) {
    return CompletableFuture.supplyAsync(() -> prepared(number), worker);
  }

  /** The batch of a number, from 0. */
  private MultiDataSet prepared(long number) {
    int[] chosen = new int[batchSize];
    ViewSeed[] seeds = new ViewSeed[batchSize];
    EpochOrder order = null;
    for (int i = 0; i < batchSize; i++) {
      long place = number * batchSize + i;
      int round = Math.toIntExact(place / images.size());
      if (order == null || order.epoch() != round) {
        order = new EpochOrder(seed, round, images.size());
      }
      chosen[i] = order.image((int) (place % images.size()));
      seeds[i] = new ViewSeed(seed, round, chosen[i]);
    }
    int length = normaliser.channels() * canvas.height() * canvas.width();
    float[] values = new float[Math.multiplyExact(batchSize, length)];
    List<Placed> placed =
        IntStream.range(0, batchSize)
            .parallel()
            .mapToObj(i -> placed(chosen[i], seeds[i], values, i * length))
            .toList();
    INDArray features =
        Nd4j.create(
            values,
            new long[] {batchSize, normaliser.channels(), canvas.height(), canvas.width()},
            'c');
    return new org.nd4j.linalg.dataset.MultiDataSet(
        new INDArray[] {features}, labels.labels(placed));
  }

  private Placed placed(int image, ViewSeed choices, float[] values, int start) {
    Image photo = images.image(image, new ImageDecoder(Integer.MAX_VALUE, normaliser.channels()));
    Placement placement = augmentation.place(photo, canvas, choices);
    Image part = placement.part(photo, new BicubicResize());
    augmentation.recolour(part, choices);
    placement.write(part, normaliser, values, start);
    return new Placed(image, placement);
  }

  /** The next batch; its size cannot be chosen here. */
  @Override
  public MultiDataSet next(int size) {
    if (size != batchSize) {
      throw new UnsupportedOperationException(
          "Batches have %d images, got %d".formatted(batchSize, size));
    }
    return next();
  }

  /**
   * Goes to the beginning of the next epoch; does nothing at the beginning of one, since DL4J's
   * trainers like to reset before they start.
   */
  @Override
  public void reset() {
    if (!epochOver && step % batchesPerEpoch != 0) {
      startAtStep((step / batchesPerEpoch + 1) * batchesPerEpoch);
    }
    epochOver = false;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** It prepares batches ahead itself. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public MultiDataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  @Override
  public void close() {
    worker.shutdown();
  }
}
