package org.flsl.views;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Prepares the batches from a position on, some ahead of their use, on several threads.
 *
 * <p>The unit of work is one image: whichever thread is free takes the next, and the one that
 * finishes a batch turns it into ND4J arrays. Batches come out in order, and run on into the next
 * epoch, so that training does not pause between epochs. Whatever goes wrong in a thread, also
 * while it reports that something went wrong, ends the wait for the batch.
 *
 * <p>{@link #take} and {@link #close} are for one thread at a time.
 */
final class BatchPrefetcher implements AutoCloseable {

  /** What stays the same over all batches. */
  record Job(
      ImageFolder folder,
      PhotoReader reader,
      ViewConfig config,
      BatchLayout layout,
      int part,
      int parts,
      long seed,
      DataType dataType,
      boolean reuseArrays) {

    int batchesPerEpoch() {
      return folder.size() / (parts * layout.batchSize());
    }
  }

  /** With reuse, so many batches stay untouched after they were handed out. */
  static final int KEPT_BATCHES = 2;

  private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

  private final Job job;
  private final ThreadPoolExecutor workers;
  private final ThreadLocal<ViewWriter> writers;
  private final Deque<PendingBatch> pending = new ArrayDeque<>();
  private final Deque<BatchMemory> handedOut = new ArrayDeque<>();

  /** Fails when a thread dies outside of its work, after which batches may never be finished. */
  private final CompletableFuture<MultiDataSet> deadThread = new CompletableFuture<>();

  private EpochPosition nextToSubmit;
  private EpochOrder order;
  private volatile boolean closed;

  BatchPrefetcher(Job job, EpochPosition start, int threads, int batchesAhead) {
    this.job = job;
    this.writers = ThreadLocal.withInitial(() -> new ViewWriter(job.config, job.layout));
    this.workers =
        new ThreadPoolExecutor(
            threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threadFactory());
    this.nextToSubmit = start;
    for (int i = 0; i < batchesAhead; i++) {
      submit(newMemory());
    }
  }

  /**
   * The next batch, waiting for it if need be.
   *
   * <p>An interrupted caller gets none, whether one is there or not, and can try again: after an
   * exception the batch stays next.
   */
  MultiDataSet take() {
    PendingBatch first = pending.getFirst();
    MultiDataSet batch;
    try {
      // Before it looks for a batch: whether one is there by now must not decide.
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      batch = (MultiDataSet) CompletableFuture.anyOf(first.result, deadThread).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for the next batch of views", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof NothingReadableException nothing
          ? new NothingReadableException(nothing)
          : new IllegalStateException(message(e.getCause()), e.getCause());
    }
    pending.removeFirst();
    submit(memoryAfterHandingOut(first.memory));
    return batch;
  }

  private static String message(Throwable failure) {
    return failure instanceof LoadingException
        ? failure.getMessage()
        : "A thread that prepares views failed: " + failure;
  }

  private BatchMemory memoryAfterHandingOut(BatchMemory memory) {
    if (!job.reuseArrays) {
      return newMemory();
    }
    handedOut.addLast(memory);
    return handedOut.size() > KEPT_BATCHES ? handedOut.removeFirst() : newMemory();
  }

  private BatchMemory newMemory() {
    return BatchMemory.allocate(job.layout, job.dataType);
  }

  /** Stops the threads; images in work are finished in the background and thrown away. */
  @Override
  public void close() {
    closed = true;
    // No interrupt: it would close the files being read, which would look like damaged images.
    workers.getQueue().clear();
    workers.shutdown();
    pending.clear();
    handedOut.clear();
  }

  private void submit(BatchMemory memory) {
    if (order == null || order.epoch() != nextToSubmit.epoch()) {
      order = new EpochOrder(job.seed, nextToSubmit.epoch(), job.folder.size());
    }
    int[] images = order.batch(nextToSubmit.batch() * job.parts + job.part, job.layout.batchSize());
    PendingBatch batch = new PendingBatch(nextToSubmit.epoch(), images, memory);
    pending.addLast(batch);
    for (int slot = 0; slot < images.length; slot++) {
      int number = slot;
      CompletableFuture.runAsync(() -> batch.prepare(number), workers)
          .whenComplete((done, failure) -> batch.failed(failure));
    }
    nextToSubmit = nextToSubmit.next(job.batchesPerEpoch());
  }

  private ThreadFactory threadFactory() {
    // On several GPUs a thread's new arrays go to the thread's own device; they belong on the
    // device of whoever trains.
    Integer device = Nd4j.getAffinityManager().getDeviceForCurrentThread();
    return task -> {
      Thread thread =
          new Thread(
              () -> {
                Nd4j.getAffinityManager().unsafeSetDevice(device);
                task.run();
              },
              "flsl-views-" + THREAD_NUMBER.incrementAndGet());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((dead, e) -> deadThread.completeExceptionally(e));
      return thread;
    };
  }

  /** What failed, with the name of the image. */
  private static final class LoadingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoadingException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A batch in the making. */
  private final class PendingBatch {
    private final int epoch;
    private final int[] images;
    private final BatchMemory memory;
    private final AtomicInteger missing;
    private final CompletableFuture<MultiDataSet> result = new CompletableFuture<>();

    PendingBatch(int epoch, int[] images, BatchMemory memory) {
      this.epoch = epoch;
      this.images = images;
      this.memory = memory;
      this.missing = new AtomicInteger(images.length);
    }

    void prepare(int slot) {
      if (closed || result.isDone()) {
        return;
      }
      try {
        ViewSeed seed = new ViewSeed(job.seed, epoch, images[slot]);
        writers.get().write(job.reader.read(images[slot]).image(), seed, slot, memory);
        if (missing.decrementAndGet() == 0) {
          result.complete(memory.toDataSet());
        }
      } catch (NothingReadableException e) {
        throw e;
      } catch (Throwable e) {
        // Errors too (memory).
        throw new LoadingException(
            "Cannot make views of " + FileNames.text(job.folder.path(images[slot])) + ": " + e, e);
      }
    }

    /** Ends the wait for the batch if a part of it failed. */
    void failed(Throwable failure) {
      if (failure != null) {
        result.completeExceptionally(
            failure instanceof CompletionException ? failure.getCause() : failure);
      }
    }
  }
}
