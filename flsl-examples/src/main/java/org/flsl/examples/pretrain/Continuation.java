package org.flsl.examples.pretrain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Plan;
import org.flsl.examples.settings.Setting;
import org.flsl.training.FlslConfig;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What a resumed run is told otherwise than before: only what can be gone on with honestly, and in
 * words.
 */
final class Continuation {
  private Continuation() {}

  /**
   * The changes, one line each; none where the run goes on as it was begun.
   *
   * @param step that the run goes on from
   * @throws UserError where the run is further than it would go
   */
  static List<String> of(PretrainConfig before, PretrainConfig now, Plan plan, long step) {
    List<String> changes = new ArrayList<>();
    if (differs(Settings.EPOCHS, before, now)) {
      if (plan.steps() < step) {
        throw new UserError(
            "the run has taken %d steps already, and --epochs %d ends after %d (%d make an epoch): name more"
                .formatted(step, plan.epochs(), plan.steps(), plan.stepsPerEpoch()));
      }
      changes.add(
          change(Settings.EPOCHS, before, now)
              + "; "
              + course(
                  Setup.of(before).objective(plan.stepsPerEpoch()),
                  Setup.of(now).objective(plan.stepsPerEpoch()),
                  (int) step));
    }
    for (Setting<?> rounding : List.of(Settings.THREADS, Settings.ACCUMULATE)) {
      if (differs(rounding, before, now)) {
        changes.add(
            change(rounding, before, now)
                + "; the last digits are no longer those of a run that was not changed");
      }
    }
    return changes;
  }

  private static boolean differs(Setting<?> setting, PretrainConfig before, PretrainConfig now) {
    return !before.text(setting).equals(now.text(setting));
  }

  private static String change(Setting<?> setting, PretrainConfig before, PretrainConfig now) {
    return "%s %s -> %s".formatted(setting, before.text(setting), now.text(setting));
  }

  /** Where the schedules go on. */
  private static String course(FlslConfig before, FlslConfig now, int step) {
    List<String> values = new ArrayList<>();
    Map<String, ISchedule> after = schedules(now);
    schedules(before)
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

  private static Map<String, ISchedule> schedules(FlslConfig config) {
    Map<String, ISchedule> schedules = new LinkedHashMap<>();
    schedules.put("learning rate", config.learningRateSchedule());
    schedules.put("weight decay", config.weightDecaySchedule());
    schedules.put("momentum", config.momentumSchedule());
    schedules.put("teacher temperature", config.teacherTemperatureSchedule());
    schedules.put("student temperature", config.studentTemperature().over(config.iterations()));
    config
        .objective()
        .forEach((term, weight) -> schedules.put(term.weight(), weight.over(config.iterations())));
    schedules.put("tau-sa", config.tauSelf().over(config.iterations()));
    schedules.put("tau-ca", config.tauCross().over(config.iterations()));
    return schedules;
  }
}
