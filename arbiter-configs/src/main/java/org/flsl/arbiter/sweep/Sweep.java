package org.flsl.arbiter.sweep;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.flsl.arbiter.Budget;
import org.flsl.arbiter.MedianRule;
import org.flsl.arbiter.SweepCandidates;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Reading;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;

/**
 * What a sweep's file says.
 *
 * @param base what candidates do not change
 * @param named settings that the file itself says for all candidates
 * @param axes the settings that are searched
 * @param scoreImages null for the images that are trained on
 * @param ignored labels of masks that do not count
 * @param reading which features of a candidate are scored
 * @param minutes after which no more candidates begin; null for no limit
 * @param parallel candidates at a time; null where the file does not say
 */
record Sweep(
    Config base,
    Set<Setting<?>> named,
    List<Axis> axes,
    SweepCandidates candidates,
    Budget budget,
    Measure score,
    Path scoreImages,
    Set<Integer> ignored,
    Reading reading,
    MedianRule rule,
    Double minutes,
    Integer parallel) {

  Sweep withBase(Config changed) {
    return new Sweep(
        changed,
        named,
        axes,
        candidates,
        budget,
        score,
        scoreImages,
        ignored,
        reading,
        rule,
        minutes,
        parallel);
  }
}
