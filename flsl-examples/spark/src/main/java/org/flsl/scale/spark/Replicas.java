package org.flsl.scale.spark;

import java.util.ArrayList;
import java.util.List;

/**
 * The replicas of an executor that no task uses just now: made once, for all rounds of a training.
 *
 * <p>A task has no other place to leave something for the next one than the executor's process.
 */
final class Replicas {
  private static final Replicas OF_THIS_EXECUTOR = new Replicas();

  private final List<Replica> free = new ArrayList<>();

  private Replicas() {}

  static Replicas ofThisExecutor() {
    return OF_THIS_EXECUTOR;
  }

  /** One for this worker: the one that had it before, another one, or a new one. */
  synchronized Replica take(Job job, int worker) {
    free.stream().filter(other -> !other.job().id().equals(job.id())).forEach(Replica::close);
    free.removeIf(other -> !other.job().id().equals(job.id()));
    Replica found =
        free.stream()
            .filter(replica -> replica.isPreparedFor(worker))
            .findFirst()
            .orElseGet(() -> free.isEmpty() ? new Replica(job) : free.get(0));
    free.remove(found);
    return found;
  }

  synchronized void giveBack(Replica replica) {
    free.add(replica);
  }
}
