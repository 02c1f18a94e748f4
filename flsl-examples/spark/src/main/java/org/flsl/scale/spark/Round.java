package org.flsl.scale.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * A worker's task in a round: from the common state, some steps on its part of the batches.
 *
 * <p>It depends on nothing else, so that Spark can give it to another executor when one is lost.
 * What it returns is cut into stretches, each of which one task averages over all workers.
 */
record Round(Broadcast<Job> job, Broadcast<float[]> state, int first, int steps, int workers)
    implements PairFlatMapFunction<Integer, Integer, Piece> {

  @Override
  public Iterator<Tuple2<Integer, Piece>> call(Integer worker) throws InterruptedException {
    Replica replica = Replicas.ofThisExecutor().take(job.value(), worker);
    Replica.Result result;
    try {
      result = replica.train(state.value(), first, steps, worker);
    } catch (Throwable e) {
      // It is not given back: nobody knows what it is like, and another try needs its memory.
      replica.close();
      throw e;
    }
    Replicas.ofThisExecutor().giveBack(replica);
    List<Tuple2<Integer, Piece>> pieces = new ArrayList<>();
    for (int stretch = 0; stretch < workers; stretch++) {
      pieces.add(new Tuple2<>(stretch, Piece.ofState(worker, result.state(), stretch, workers)));
    }
    pieces.add(new Tuple2<>(workers, Piece.ofFigures(worker, result.told(), result.unreadable())));
    return pieces.iterator();
  }
}
