package org.flsl.scale.workers;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.SynchronousQueue;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Lets one thread tell ParallelWrapper, which runs through an iterator in another, when to take the
 * next round: a batch for each worker.
 *
 * <p>The wrapper asks for the first batch of a round when it is done with the round before, means
 * included.
 */
final class Rounds implements MultiDataSetIterator {
  private static final long serialVersionUID = 1;

  private final transient BlockingQueue<Iterator<MultiDataSet>> given = new SynchronousQueue<>();
  private final transient BlockingQueue<Boolean> asked = new ArrayBlockingQueue<>(1);
  private transient Iterator<MultiDataSet> round = Collections.emptyIterator();
  private transient volatile RuntimeException end;

  /** Runs the wrapper until {@link #close}, or until it fails. */
  void serve(Runnable wrapper) {
    try {
      wrapper.run();
    } catch (RuntimeException e) {
      end = e;
    } catch (Error e) {
      end = new IllegalStateException("a round of the training failed: " + e, e);
    } finally {
      asked.offer(true);
    }
  }

  /** Waits until the wrapper is done with what it was given. */
  void await() throws InterruptedException {
    asked.take();
    if (end != null) {
      // For those who ask again.
      asked.offer(true);
      throw end;
    }
  }

  /** Gives the wrapper a round, for which it waits. */
  void give(List<MultiDataSet> batches) throws InterruptedException {
    given.put(batches.iterator());
    await();
  }

  /** Ends the wrapper's wait for another round, and its run. */
  void close() throws InterruptedException {
    if (end == null) {
      given.put(Collections.emptyIterator());
      asked.take();
    }
  }

  @Override
  public MultiDataSet next() {
    if (!round.hasNext()) {
      asked.add(true);
      try {
        round = given.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for a round", e);
      }
      if (!round.hasNext()) {
        throw new CancellationException("there is no other round");
      }
    }
    return round.next();
  }

  @Override
  public MultiDataSet next(int size) {
    return next();
  }

  /** Always: it is {@link #next} that waits. */
  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public boolean resetSupported() {
    return false;
  }

  /** No: batches come when they are wanted. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException("rounds are taken once");
  }

  @Override
  public void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
    throw new UnsupportedOperationException("batches are ready");
  }

  @Override
  public MultiDataSetPreProcessor getPreProcessor() {
    return null;
  }
}
