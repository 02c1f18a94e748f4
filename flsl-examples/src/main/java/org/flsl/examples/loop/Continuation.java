package org.flsl.examples.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What a resumed run is told otherwise than before: only what can be gone on with honestly, and in
 * words.
 */
final class Continuation {
  private final Training.Factory trainings;
  private final Config before;
  private final Config now;

  Continuation(Training.Factory trainings, Config before, Config now) {
    this.trainings = trainings;
    this.before = before;
    this.now = now;
  }

  /**
   * The changes, one line each; none where the run goes on as it was begun.
   *
   * @param step that the run goes on from
   * @throws UserError where the run is further than it would go
   */
  List<String> changes(Plan plan, long step) {
    List<String> changes = new ArrayList<>();
    if (differs(RunSettings.EPOCHS)) {
      if (plan.steps() < step) {
        throw new UserError(
            "the run has taken %d steps already, and --epochs %d ends after %d (%d make an epoch): name more"
                .formatted(step, plan.epochs(), plan.steps(), plan.stepsPerEpoch()));
      }
      changes.add(change(RunSettings.EPOCHS) + "; " + course(plan.stepsPerEpoch(), (int) step));
    }
    for (Setting<?> rounding : List.of(RunSettings.THREADS, RunSettings.ACCUMULATE)) {
      if (differs(rounding)) {
        changes.add(
            change(rounding)
                + "; the last digits are no longer those of a run that was not changed");
      }
    }
    return changes;
  }

  private boolean differs(Setting<?> setting) {
    return now.has(setting) && !before.text(setting).equals(now.text(setting));
  }

  private String change(Setting<?> setting) {
    return "%s %s -> %s".formatted(setting, before.text(setting), now.text(setting));
  }

  /** Where the schedules go on. */
  private String course(int stepsPerEpoch, int step) {
    List<String> values = new ArrayList<>();
    Map<String, ISchedule> after = trainings.schedules(now, stepsPerEpoch);
    trainings
        .schedules(before, stepsPerEpoch)
        .forEach(
            (name, schedule) -> {
              double from = schedule.valueAt(step, 0);
              double to = after.get(name).valueAt(step, 0);
              if (from != to) {
                values.add(String.format(Locale.ROOT, "%s %.3g -> %.3g", name, from, to));
              }
            });
    return values.isEmpty()
        ? "all schedules go on with the values that they have"
        : "schedules go on as in a run of that length: " + String.join(", ", values);
  }
}
