package org.flsl.arbiter;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;

/**
 * What became of a candidate.
 *
 * @param index from 0, as Arbiter counts
 * @param score null unless done or stopped
 * @param seconds that training and scoring took, over all processes
 * @param onTheWay scores before the end, by percent of the steps
 * @param reason why it failed or was stopped, in one line; empty otherwise
 */
public record Outcome(
    int index,
    CandidateSettings settings,
    Status status,
    Double score,
    double seconds,
    Map<Integer, Double> onTheWay,
    String reason)
    implements Serializable {

  /** How far a candidate came, in the order of tables. */
  public enum Status {
    /** Trained to its end and scored. */
    DONE,
    /** Given up on the way, since others did better. */
    STOPPED,
    /** It could not be trained or scored. */
    FAILED,
    /** Its training was begun. */
    RUNNING
  }

  /** Keeps a copy of the scores on the way. */
  public Outcome {
    onTheWay = new TreeMap<>(onTheWay);
  }

  /** A candidate whose training begins. */
  public static Outcome begun(int index, CandidateSettings settings) {
    return new Outcome(index, settings, Status.RUNNING, null, 0, Map.of(), "");
  }

  Outcome after(double more) {
    return new Outcome(index, settings, status, score, seconds + more, onTheWay, reason);
  }

  Outcome scored(int percent, double value) {
    Map<Integer, Double> scores = new TreeMap<>(onTheWay);
    scores.put(percent, value);
    return new Outcome(index, settings, status, score, seconds, scores, reason);
  }

  Outcome ended(Status how, Double value, String why) {
    return new Outcome(index, settings, how, value, seconds, onTheWay, why);
  }

  /** It could not be trained or scored. */
  Outcome failed(Throwable why) {
    return ended(Status.FAILED, null, reason(why));
  }

  private static String reason(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      return "memory ran out: " + Problems.firstLine(e);
    }
    return e instanceof UserError ? Problems.firstLine(e) : e.toString().lines().findFirst().get();
  }

  /** A candidate that failed and is tried again. */
  Outcome again() {
    return new Outcome(index, settings, Status.RUNNING, null, seconds, onTheWay, "");
  }

  /** Whether there is nothing more to do. */
  public boolean isFinished() {
    return status != Status.RUNNING;
  }
}
