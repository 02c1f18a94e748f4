package org.flsl.views;

import java.io.Closeable;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.NoSuchElementException;
import java.util.Set;
import org.flsl.views.decode.ImageDecoder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Batches of views of a folder's photographs, for {@code ComputationGraph.fit}.
 *
 * <pre>{@code
 * try (MultiViewIterator views =
 *     MultiViewIterator.builder().images(ImageFolder.scan(folder)).batchSize(64).seed(1).build()) {
 *   graph.fit(views, 300);
 * }
 * }</pre>
 *
 * <p>The features of a batch are, in the order of {@link ViewConfig#inputNames()}: the teacher's
 * view and the student's global view {@code [B,c,g,g]}, the local views {@code [B,c,l,l]} (c is
 * {@link ViewConfig#channels()}, 3 as a rule), the query selector {@code [B,n_q,N]}, and with
 * {@link ViewConfig#plainCrops()} the views once more without colour augmentation. Each row of the
 * selector has a single one, at a query's token; tokens are those of the student's global view,
 * then of the local views, each row by row. The labels are a dummy {@code [B,1]} of zeros, which
 * DL4J insists on.
 *
 * <p><b>Epochs.</b> Every epoch visits the images in a new order; an incomplete last batch is
 * dropped. {@link #reset()} goes to the next epoch, {@link #startAt} to any place. Batches depend
 * only on (images, configuration, batch size, seed, epoch, batch): not on the number of threads,
 * nor on how the place was reached.
 *
 * <p><b>Threads.</b> Images are decoded and augmented by daemon threads ahead of the training step,
 * so DL4J must not wrap the iterator in another prefetching one ({@link #asyncSupported()} is
 * false). Use the iterator from one thread at a time, and close it at the end.
 *
 * <p><b>Memory.</b> Every batch has arrays of its own, unless {@link Builder#reuseArrays} allows to
 * overwrite old ones.
 *
 * <p><b>Damaged images</b> are warned about once, counted in {@link #unreadableImages()} and
 * replaced by the next readable image of the folder.
 */
public final class MultiViewIterator implements MultiDataSetIterator, Closeable {

  private static final long serialVersionUID = 1L;

  private final transient BatchPrefetcher.Job job;
  private final int threads;
  private final int prefetch;

  /** The place of the batch that {@link #next()} returns. */
  private transient EpochPosition position = new EpochPosition(0, 0);

  /** Started at the first use, at {@link #position}; null before. */
  private transient BatchPrefetcher prefetcher;

  private MultiDataSetPreProcessor preProcessor;
  private boolean closed;

  private MultiViewIterator(Builder b) {
    threads = b.threads;
    prefetch = b.prefetch;
    ImageDecoder decoder = new ImageDecoder(ViewSampler.enoughPixels(b.views), b.views.channels());
    job =
        new BatchPrefetcher.Job(
            b.images,
            new PhotoReader(b.images, decoder),
            b.views,
            new BatchLayout(b.views, b.batchSize / b.parts),
            b.part,
            b.parts,
            b.seed,
            b.dataType,
            b.reuseArrays);
  }

  /** A builder; images and batch size are required. */
  public static Builder builder() {
    return new Builder();
  }

  /** How views are made. */
  public ViewConfig views() {
    return job.config();
  }

  /** The images. */
  public ImageFolder images() {
    return job.folder();
  }

  /** Images per batch, B; of this part of it, where it is one of several. */
  public int batchSize() {
    return job.layout().batchSize();
  }

  /** Complete batches in an epoch. */
  public int batchesPerEpoch() {
    return job.batchesPerEpoch();
  }

  /** The current epoch, from 0. */
  public synchronized int epoch() {
    return position.epoch();
  }

  /** The batch of the epoch that {@link #next()} returns, from 0. */
  public synchronized int batch() {
    return position.batch();
  }

  /** How many images could not be decoded so far. */
  public int unreadableImages() {
    return job.reader().unreadableImages();
  }

  /** Which images could not be decoded so far, by their numbers in the folder. */
  public Set<Integer> unreadable() {
    return job.reader().unreadable();
  }

  /**
   * Goes to a place in the sequence, to resume a run: what follows is what would have followed
   * there in an uninterrupted one.
   *
   * @param epoch from 0
   * @param batch of that epoch, from 0 to {@link #batchesPerEpoch()}
   */
  public synchronized void startAt(int epoch, int batch) {
    requireOpen();
    if (batch > batchesPerEpoch()) {
      throw new IllegalArgumentException(
          "Cannot start at batch %d: an epoch has %d batches".formatted(batch, batchesPerEpoch()));
    }
    stopPrefetcher();
    position = new EpochPosition(epoch, batch);
  }

  /**
   * Goes to the batch of a step, counted over all epochs: that which a training takes next after so
   * many steps.
   *
   * @param step from 0, such as {@code graph.getIterationCount()}
   */
  public synchronized void startAtStep(long step) {
    int batches = batchesPerEpoch();
    startAt((int) (step / batches), (int) (step % batches));
  }

  @Override
  public synchronized boolean hasNext() {
    return position.batch() < batchesPerEpoch();
  }

  /**
   * The next batch, waiting for it if need be.
   *
   * @throws NoSuchElementException if the epoch is over
   * @throws NothingReadableException if no image of the folder can be decoded
   * @throws IllegalStateException if the iterator is closed, the thread is interrupted (it stays
   *     so, and the batch stays next), or preparing an image failed; the message names the file
   */
  @Override
  public synchronized MultiDataSet next() {
    requireOpen();
    if (!hasNext()) {
      throw new NoSuchElementException(
          "Epoch %d is over after %d batches; reset() starts the next one"
              .formatted(position.epoch(), batchesPerEpoch()));
    }
    if (prefetcher == null) {
      prefetcher = new BatchPrefetcher(job, position, threads, prefetch);
    }
    MultiDataSet batch = prefetcher.take();
    position = new EpochPosition(position.epoch(), position.batch() + 1);
    if (preProcessor != null) {
      preProcessor.preProcess(batch);
    }
    return batch;
  }

  /** The next batch; its size cannot be chosen here. */
  @Override
  public MultiDataSet next(int size) {
    if (size != batchSize()) {
      throw new UnsupportedOperationException(
          "Batches have %d images, got %d: set batchSize in the builder"
              .formatted(batchSize(), size));
    }
    return next();
  }

  /**
   * Goes to the beginning of the next epoch.
   *
   * <p>Does nothing at the beginning of an epoch, because DL4J's trainers like to reset before they
   * start, which must not skip an epoch nor undo {@link #startAt}.
   */
  @Override
  public synchronized void reset() {
    requireOpen();
    if (position.batch() == 0) {
      return;
    }
    if (hasNext()) {
      // What is being prepared belongs to the epoch that is given up.
      stopPrefetcher();
    }
    position = new EpochPosition(position.epoch() + 1, 0);
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** False: the iterator prefetches by itself. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public synchronized void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public synchronized MultiDataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  /** Stops the threads and frees the batches prepared; closing twice is harmless. */
  @Override
  public synchronized void close() {
    closed = true;
    stopPrefetcher();
  }

  /** DL4J declares iterators serialisable; running threads are not. */
  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException(
        "A MultiViewIterator cannot be serialised: build one where it is used");
  }

  private void stopPrefetcher() {
    if (prefetcher != null) {
      prefetcher.close();
      prefetcher = null;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The iterator is closed");
    }
  }

  /** Sets what is to be iterated over. */
  public static final class Builder {
    private ImageFolder images;
    private ViewConfig views = ViewConfig.paper();
    private int batchSize;
    private int part;
    private int parts = 1;
    private long seed;
    private int threads = Runtime.getRuntime().availableProcessors();
    private int prefetch = 2;
    private DataType dataType = DataType.FLOAT;
    private boolean reuseArrays;

    private Builder() {}

    /** The images; required. */
    public Builder images(ImageFolder folder) {
      images = folder;
      return this;
    }

    /** How views are made; the paper's by default. */
    public Builder views(ViewConfig config) {
      views = config;
      return this;
    }

    /** Images per batch; required, at most the number of images. */
    public Builder batchSize(int size) {
      batchSize = size;
      return this;
    }

    /**
     * Only a part of every batch, for workers that share it: the images of number {@code part} of
     * as many equal parts, in order, as they are in the whole batch.
     *
     * @param part from 0
     * @param parts 1 by default; they divide the batch size
     */
    public Builder part(int part, int parts) {
      this.part = part;
      this.parts = parts;
      return this;
    }

    /** Seed of all random choices; 0 by default. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Threads that decode and augment; as many as there are processors by default. */
    public Builder threads(int count) {
      threads = count;
      return this;
    }

    /** Batches prepared ahead, 2 by default. */
    public Builder prefetch(int batches) {
      prefetch = batches;
      return this;
    }

    /** Data type of the arrays, FLOAT by default. */
    public Builder dataType(DataType type) {
      dataType = type;
      return this;
    }

    /**
     * Whether arrays may be used again; false by default.
     *
     * <p>Set it for plain training ({@code graph.fit(iterator)}): it saves the time of fresh
     * off-heap memory and the memory of batches that wait for garbage collection. The arrays of a
     * batch are then overwritten once two more batches were taken: do not set it where batches are
     * collected or handed to other threads (ParallelWrapper). Has an effect on the CPU with FLOAT
     * only.
     */
    public Builder reuseArrays(boolean allowed) {
      reuseArrays = allowed;
      return this;
    }

    /**
     * Checks the values and makes the iterator, at epoch 0, batch 0.
     *
     * @throws IllegalArgumentException naming the value that does not fit, and what would
     */
    public MultiViewIterator build() {
      require(images != null, "images are required: images(ImageFolder.scan(folder))");
      require(views != null, "views must not be null");
      require(batchSize >= 1, "batchSize must be at least 1, got %s", batchSize);
      require(
          batchSize <= images.size(),
          "A batch of %s is larger than the data (images in %s: %s): lower the batch size to at most"
              + " %3$s or add images",
          batchSize,
          images.root().toAbsolutePath(),
          images.size());
      require(
          parts >= 1 && batchSize % parts == 0 && part >= 0 && part < parts,
          "part %s of %s is none of a batch of %s: the parts are equal and count from 0",
          part,
          parts,
          batchSize);
      require(threads >= 1, "threads must be at least 1, got %s", threads);
      require(prefetch >= 1, "prefetch must be at least 1 batch, got %s", prefetch);
      require(
          dataType != null && dataType.isFPType(),
          "dataType must be a floating point type such as FLOAT, got %s",
          dataType);
      return new MultiViewIterator(this);
    }

    private static void require(boolean condition, String message, Object... values) {
      if (!condition) {
        throw new IllegalArgumentException(message.formatted(values));
      }
    }
  }
}
